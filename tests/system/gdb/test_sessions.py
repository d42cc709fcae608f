"""Sessions that come, go, vanish and meet."""

from __future__ import annotations

import re
import time

from .conftest import SECONDS, Compile, Server, serving


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
    with server.session() as gdb:
        gdb.say("continue")
        time.sleep(1.5)
        gdb.vanish()
    assert "main ()" in server.debug("backtrace")  # it slept there


def test_a_second_gdb_is_turned_away_at_once(server: Server) -> None:
    with server.session() as gdb:
        time.sleep(1.0)
        begun = time.monotonic()
        said = server.debug("info registers pc")
        assert time.monotonic() - begun < 10
        assert "Remote" in said or "closed" in said
        first = gdb.finish("print $pc", "detach", "quit")
    assert "$1 = " in first


def test_with_once_the_server_ends_with_the_session(engine: str, compiled: Compile) -> None:
    with serving(compiled(), engine, "--once") as server:
        server.debug("info registers pc")
        assert server.process.wait(SECONDS) == 0
