"""What a run is said to have been."""

from dataclasses import replace

import pytest

from workbench.engines.base import FaultState, StopKind
from workbench.errors import UserError
from workbench.fault.frames import Call
from workbench.runs.running import RunResult, compile_pattern, describe, stop_pattern

from ..fault.samples import diagnosis

RESULT = RunResult(
    image="a.elf",
    platform="stm32f4_discovery",
    engine="embedded",
    stop=StopKind.UART,
    detail="",
    pc=0x0800_0204,
    function="main",
    instructions=12_345,
    seconds=0.001,
    pattern="ready",
    expected=True,
    fault=None,
    warnings=(),
    uart="ready\n",
)


def test_a_run_says_why_and_where_it_stopped_and_what_it_took():
    lines = describe(RESULT)
    assert lines[0] == "stopped: the console matched 'ready', at 0x08000204 in main"
    assert lines[-1] == "12,345 instructions, 0.001000 s of virtual time, embedded engine"


def test_a_pattern_that_did_not_come_is_named():
    lines = describe(replace(RESULT, stop=StopKind.LIMIT, expected=False))
    assert "the console did not match 'ready'" in lines


def test_a_crash_is_told_with_its_diagnosis():
    crashed = replace(RESULT, stop=StopKind.FAULT, pattern=None, diagnosis=diagnosis())
    lines = describe(crashed)
    assert lines[0] == "stopped: the firmware faulted, at 0x08000204 in main"
    assert lines[1].startswith("BusFault: read of 4 bytes from 0x60000000")
    assert "  called from middle (t.c:4)" in lines


def test_a_crash_is_told_once():
    fault = FaultState(3, 0x0800_0300, 0x2000_0FE0, {}, 0xFFFF_FFF9, detail="write to 0x0")
    crash = diagnosis(title="HardFault: write to 0x0")
    ended = replace(
        RESULT, stop=StopKind.FAULT, fault=fault, detail="write to 0x0", diagnosis=crash
    )
    (line,) = [line for line in describe(ended) if "write to 0x0" in line]
    assert line == "HardFault: write to 0x0"


def test_a_firmware_that_ended_itself_is_not_said_to_sleep():
    lines = describe(replace(RESULT, stop=StopKind.IDLE, detail="it ended itself, exit code 0"))
    assert lines[0] == "stopped: it ended itself, exit code 0, at 0x08000204 in main"
    assert not any("sleeps" in line for line in lines)


def test_warnings_of_the_engine_are_passed_on():
    lines = describe(replace(RESULT, warnings=("no model for SPI.STM32SPI",)))
    assert "warning: no model for SPI.STM32SPI" in lines


def test_a_bad_pattern_is_refused_before_anything_runs():
    with pytest.raises(UserError, match="no regular expression"):
        compile_pattern("ready(")


@pytest.mark.parametrize("text", ["ready(", "a{99999999999}", "(" * 5000])
def test_what_re_refuses_in_any_way_is_no_pattern(text):
    with pytest.raises(UserError, match="no regular expression"):
        compile_pattern(text)


@pytest.mark.parametrize("text", ["", ".*", "a?"])
def test_a_pattern_that_needs_no_text_would_end_a_run_at_once(text):
    with pytest.raises(UserError, match="before anything is printed"):
        stop_pattern(text)


def test_a_pattern_holds_the_bytes_that_were_typed():
    assert compile_pattern("\udcff") == b"\xff"


def test_without_a_pattern_nothing_is_waited_for():
    assert compile_pattern(None) is None
    assert compile_pattern("ré") == "ré".encode()


def test_a_run_that_ends_unasked_says_which_calls_led_there():
    calls = (Call(0x0800_0300, "wait", "a.c", 3), Call(0x0800_0400, "main", "a.c", 9))
    lines = describe(replace(RESULT, stop=StopKind.LIMIT, calls=calls))
    assert "  called from main (a.c:9)" in lines
