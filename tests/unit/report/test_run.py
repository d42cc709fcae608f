"""What a run is said to have been."""

from dataclasses import replace

from workbench.engines.base import FaultState, StopKind
from workbench.fault.frames import Call
from workbench.report.run import run_lines
from workbench.runs.running import RunResult

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
    lines = run_lines(RESULT)
    assert lines[0] == "stopped: the console matched 'ready', at 0x08000204 in main"
    assert lines[-1] == "12,345 instructions, 0.001000 s of virtual time, embedded engine"


def test_a_pattern_that_did_not_come_is_named():
    lines = run_lines(replace(RESULT, stop=StopKind.LIMIT, expected=False))
    assert "the console did not match 'ready'" in lines


def test_a_crash_is_told_with_its_diagnosis():
    crashed = replace(RESULT, stop=StopKind.FAULT, pattern=None, diagnosis=diagnosis())
    lines = run_lines(crashed)
    assert lines[0] == "stopped: the firmware faulted, at 0x08000204 in main"
    assert lines[1].startswith("BusFault: read of 4 bytes from 0x60000000")
    assert "  called from middle (t.c:4)" in lines


def test_a_crash_is_told_once():
    fault = FaultState(3, 0x0800_0300, 0x2000_0FE0, {}, 0xFFFF_FFF9, detail="write to 0x0")
    crash = diagnosis(title="HardFault: write to 0x0")
    ended = replace(
        RESULT, stop=StopKind.FAULT, fault=fault, detail="write to 0x0", diagnosis=crash
    )
    (line,) = [line for line in run_lines(ended) if "write to 0x0" in line]
    assert line == "HardFault: write to 0x0"


def test_a_firmware_that_ended_itself_is_not_said_to_sleep():
    lines = run_lines(replace(RESULT, stop=StopKind.IDLE, detail="it ended itself, exit code 0"))
    assert lines[0] == "stopped: it ended itself, exit code 0, at 0x08000204 in main"
    assert not any("sleeps" in line for line in lines)


def test_warnings_of_the_engine_are_passed_on():
    lines = run_lines(replace(RESULT, warnings=("no model for SPI.STM32SPI",)))
    assert "warning: no model for SPI.STM32SPI" in lines


def test_a_run_that_ends_unasked_says_which_calls_led_there():
    calls = (Call(0x0800_0300, "wait", "a.c", 3), Call(0x0800_0400, "main", "a.c", 9))
    lines = run_lines(replace(RESULT, stop=StopKind.LIMIT, calls=calls))
    assert "  called from main (a.c:9)" in lines
