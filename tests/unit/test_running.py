"""What a run is said to have been."""

from dataclasses import replace

import pytest

from workbench.engines.base import FaultState, StopKind
from workbench.errors import UserError
from workbench.fault.unwind import Call
from workbench.running import RunResult, compile_pattern, describe, describe_calls

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


def test_a_fault_shows_its_kind_and_the_registers_that_are_known():
    fault = FaultState(5, 0x0800_0300, 0x2000_0FE0, {}, 0xFFFF_FFF9, cfsr=0x8200, bfar=0x40)
    text = "\n".join(describe(replace(RESULT, stop=StopKind.FAULT, fault=fault)))
    assert "BusFault at 0x08000300 CFSR=0x00008200 BFAR=0x00000040" in text
    assert "HFSR" not in text


def test_a_fault_is_described_once_with_the_function_it_happened_in():
    fault = FaultState(3, 0x0800_0300, 0x2000_0FE0, {}, 0xFFFF_FFF9, detail="write to 0x0")
    ended = replace(
        RESULT, stop=StopKind.FAULT, fault=fault, detail="write to 0x0", fault_function="init"
    )
    (line,) = [line for line in describe(ended) if "write to 0x0" in line]
    assert line == "HardFault at 0x08000300 write to 0x0, in init"


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


def test_without_a_pattern_nothing_is_waited_for():
    assert compile_pattern(None) is None
    assert compile_pattern("ré") == "ré".encode()


def test_calls_are_shown_innermost_first_and_repeats_once():
    again = Call(0x0800_0320, "recurse", "a.c", 7)
    calls = (
        Call(0x0800_0300, "store", "a.c", 3, inlined=("copy",), interrupted=True),
        *(again,) * 3,
        Call(0x0800_0400, "", ""),
    )
    assert describe_calls(calls) == [
        "  #0 0x08000300 copy, inlined in store at a.c:3, interrupted",
        "  #1 0x08000320 recurse at a.c:7",
        "  #3 the same again, up to here",
        "  #4 0x08000400 no known function",
    ]


def test_a_chain_of_one_function_without_a_line_says_nothing_new():
    assert describe_calls((Call(0x0800_0300, "store"),)) == []
