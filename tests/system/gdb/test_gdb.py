"""The demo firmware in gdb-multiarch, as a user calls them."""

from __future__ import annotations

import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from workbench.builder import BuiltImage

from .conftest import BOARD, DEBUGGER, SECONDS, Server, serving


@pytest.fixture(scope="module")
def firmware(engine: str, firmware_image: Callable[[str], BuiltImage]) -> Iterator[Server]:
    """A server for the demo firmware."""
    with serving(firmware_image(BOARD).elf, engine) as running:
        yield running


def test_a_session(firmware: Server) -> None:
    said = firmware.debug(
        *("info registers pc", "break main", "continue", "backtrace"),
        *("tbreak board::Send", "continue", "backtrace", "set var *(int*)0x20000100 = 0x1234"),
        *("x/xw 0x20000100", "stepi", "p $sp", "monitor instructions"),
    )
    assert "Reset_Handler" in said.split("Breakpoint 1")[0]
    assert re.search(r"Breakpoint 1, main \(\)", said)
    assert re.search(r"#\d+ +main \(\) at .*firmware/app/main.cc", said)
    assert re.search(r"#1 .* app::.*SendText", said)
    assert "0x00001234" in said
    assert re.search(r"[\d,]+ instructions since reset", said)


def test_a_step_is_one_instruction(firmware: Server) -> None:
    said = firmware.debug_from_reset(
        *("p/x $pc", "stepi", "p/x $pc", "stepi", "p/x $pc", "x/i $pc")
    )
    values = [int(value, 16) for value in re.findall(r"\$\d = (0x[0-9a-f]+)", said)]
    assert len(set(values)) == 3


def test_ctrl_c_interrupts_firmware_that_sleeps(firmware: Server) -> None:
    gdb = subprocess.Popen(
        [DEBUGGER, "-nx", "-q", str(firmware.elf), "-ex", f"target remote {firmware.where}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert gdb.stdin is not None
    try:
        gdb.stdin.write("continue\n")
        gdb.stdin.flush()
        time.sleep(3)
        gdb.send_signal(signal.SIGINT)
        time.sleep(1)
        said, _ = gdb.communicate("backtrace\ndetach\nquit\n", timeout=SECONDS)
    finally:
        gdb.kill()
    assert "SIGINT" in said
    assert re.search(r"#\d+ .*main \(\)", said)
