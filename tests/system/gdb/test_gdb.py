"""The demo firmware in gdb-multiarch, as a user calls them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator

import pytest

from workbench.builder import BuiltImage

from .conftest import BOARD, Server, serving


@pytest.fixture(scope="module")
def firmware(engine: str, firmware_image: Callable[[str], BuiltImage]) -> Iterator[Server]:
    """A server for the demo firmware."""
    with serving(firmware_image(BOARD).elf, engine) as running:
        yield running


def test_a_session_from_reset_to_a_breakpoint_in_the_demo(firmware: Server) -> None:
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
    with firmware.session() as gdb:
        gdb.say("continue")
        time.sleep(3)
        gdb.interrupt()
        time.sleep(1)
        said = gdb.finish("backtrace", "detach", "quit")
    assert "SIGINT" in said
    assert re.search(r"#\d+ .*main \(\)", said)
