"""Sessions that come, go, vanish and meet."""

from __future__ import annotations

import re
import signal
import subprocess
import time

from .conftest import DEBUGGER, SECONDS, Compile, Server, serving


def test_the_board_stays_where_a_session_left_it(server: Server) -> None:
    server.debug_from_reset("break square", "continue", "continue")
    said = server.debug("print total", "backtrace 1", "monitor instructions")
    assert re.search(r"#0 +square \(n=.*1\)", said)


def test_kill_ends_the_session_and_not_the_server(server: Server) -> None:
    server.debug(
        *("monitor reset halt", "maintenance flush register-cache", "tbreak main", "continue"),
        then="kill",
    )
    assert "main ()" in server.debug("backtrace 1")


def test_extended_remote_goes_on_after_a_detach(server: Server) -> None:
    said = server.debug(
        *("monitor reset halt", "tbreak main", "continue", "detach", "monitor instructions"),
        connect="target extended-remote",
    )
    assert "instructions since reset" in said


def test_a_client_that_vanishes_while_firmware_runs_frees_the_server(server: Server) -> None:
    gdb = subprocess.Popen(
        [DEBUGGER, "-nx", "-q", str(server.elf), "-ex", f"target remote {server.where}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert gdb.stdin is not None
    gdb.stdin.write("continue\n")
    gdb.stdin.flush()
    time.sleep(1.5)
    gdb.send_signal(signal.SIGKILL)
    gdb.communicate()
    assert "main ()" in server.debug("backtrace")  # it slept there


def test_a_second_gdb_is_turned_away_at_once(server: Server) -> None:
    gdb = subprocess.Popen(
        [DEBUGGER, "-nx", "-q", str(server.elf), "-ex", f"target remote {server.where}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    time.sleep(1.0)
    begun = time.monotonic()
    said = server.debug("info registers pc")
    assert time.monotonic() - begun < 10
    assert "Remote" in said or "closed" in said
    first, _ = gdb.communicate("print $pc\ndetach\nquit\n", timeout=SECONDS)
    assert "$1 = " in first


def test_with_once_the_server_ends_with_the_session(engine: str, compiled: Compile) -> None:
    with serving(compiled(), engine, "--once") as server:
        server.debug("info registers pc")
        assert server.process.wait(SECONDS) == 0
