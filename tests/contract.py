"""What every engine does alike: run on the embedded one, on Renode's, and on the tests' doubles.

`ON_THE_PROBE` are promises about a machine: the probe of tests/system/renode is loaded, at reset.
Doubles keep those of them that are about what they have.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

import pytest

from workbench.engines.base import NO_TRACE, Engine, Instructions, Seconds, Stop, StopKind
from workbench.errors import UserError
from workbench.image import Image

SECOND = Seconds(1.0)
TO_SLEEP = Stop()
SAID = b"hello\ndone\n"


def limits_are_above_nothing() -> None:
    """No engine is given a limit of nothing: it cannot be made."""
    for count in (0, -1):
        with pytest.raises(UserError, match="executes nothing"):
            Instructions(count)
    for seconds in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(UserError, match="executes nothing or never ends"):
            Seconds(seconds)


def traces_are_started_before_they_are_read(engine: Engine) -> None:
    """`engine` has loaded an image and records nothing."""
    for read in (engine.stop_trace, engine.mark_trace):
        with pytest.raises(UserError, match=NO_TRACE):
            read()


def a_trace_ends_once(engine: Engine) -> None:
    """`engine` has loaded an image and can record."""
    engine.start_trace()
    engine.mark_trace()
    engine.stop_trace()
    traces_are_started_before_they_are_read(engine)


def _a_limit_in_instructions_is_exact(machine: Engine, _image: Image) -> None:
    for count in (1, 2, 7, 1000, 12_345):
        begun = machine.instructions
        reason = machine.run(TO_SLEEP, Instructions(count))
        assert (reason.kind, reason.instructions) == (StopKind.LIMIT, begun + count)
        assert machine.instructions == begun + count


def _a_pattern_ends_a_run(machine: Engine, _image: Image) -> None:
    assert machine.run(Stop(uart=rb"h.l"), SECOND).kind is StopKind.UART
    assert machine.uart.read() == b"hel"
    assert machine.run(Stop(uart=rb"o.d"), SECOND).kind is StopKind.UART
    assert machine.uart.transcript == b"hello\nd"


def _a_pattern_in_what_was_not_read_yet_executes_nothing(machine: Engine, _image: Image) -> None:
    machine.run(Stop(uart=rb"hello"), SECOND)
    count = machine.instructions
    assert machine.run(Stop(uart=rb"ell"), SECOND).kind is StopKind.UART
    assert machine.instructions == count


def _a_stop_at_an_address_is_before_its_instruction(machine: Engine, image: Image) -> None:
    work = image.symbol("Work").address
    reason = machine.run(Stop(pc=frozenset({work})), SECOND)
    assert (reason.kind, reason.pc, machine.registers["pc"]) == (StopKind.PC, work, work)
    assert machine.registers["r0"] == 100_000
    first = machine.instructions
    # The run that starts on the address executes it: it is not stopped there again.
    assert machine.run(Stop(pc=frozenset({work})), SECOND).kind is StopKind.IDLE
    assert machine.instructions > first + 7 * 100_000


def _a_stop_at_the_next_instruction_comes_before_a_limit(machine: Engine, image: Image) -> None:
    work = frozenset({image.symbol("Work").address})
    count = machine.run(Stop(pc=work), SECOND).instructions
    machine.reset()
    assert machine.run(Stop(pc=work), Instructions(count)).kind is StopKind.PC
    assert machine.registers["pc"] in work


def _a_sleep_that_nothing_can_end_is_idle(machine: Engine, _image: Image) -> None:
    assert machine.run(TO_SLEEP, SECOND).kind is StopKind.IDLE
    count = machine.instructions
    assert machine.run(TO_SLEEP, SECOND).kind is StopKind.IDLE
    assert machine.run(Stop(idle=False), Seconds(0.5)).kind is StopKind.LIMIT
    assert machine.run(Stop(idle=False), Instructions(10)).kind is StopKind.IDLE
    assert machine.instructions == count


def _a_sleep_with_a_timer_running_is_not_idle(machine: Engine, _image: Image) -> None:
    machine.run(TO_SLEEP, SECOND)
    machine.uart.write(b"t")
    assert machine.run(Stop(uart=b"ticked"), SECOND).kind is StopKind.UART


def _bytes_from_the_host_arrive_in_order(machine: Engine, _image: Image) -> None:
    machine.run(TO_SLEEP, SECOND)
    machine.uart.read()
    machine.uart.write(b"abcde" * 20)
    assert machine.run(TO_SLEEP, SECOND).kind is StopKind.IDLE
    assert machine.uart.read() == b"bcdef" * 20


def _a_listener_hears_what_the_transcript_holds(machine: Engine, _image: Image) -> None:
    heard = bytearray()
    machine.uart.listen(heard.extend)
    machine.run(TO_SLEEP, SECOND)
    machine.uart.listen(None)
    assert bytes(heard) == machine.uart.transcript == SAID


def _a_fault_stops_at_its_handler(machine: Engine, image: Image) -> None:
    machine.run(TO_SLEEP, SECOND)
    machine.uart.write(b"u")
    reason = machine.run(TO_SLEEP, SECOND)
    assert (reason.kind, reason.pc) == (StopKind.FAULT, image.symbol("OnUsageFault").address)
    fault = reason.fault
    assert fault is not None
    assert (fault.exception, fault.cfsr) == (6, 1 << 16)  # UsageFault, UNDEFINSTR
    assert machine.memory.read(fault.pc, 2) == b"\x01\xde"  # udf #1
    assert machine.run(Stop(uart=b"UsageFault"), SECOND).kind is StopKind.UART


def _a_fault_that_is_let_pass_is_taken(machine: Engine, _image: Image) -> None:
    machine.run(TO_SLEEP, SECOND)
    machine.uart.write(b"u")
    until = Stop(uart=b"UsageFault", fault=False)
    assert machine.run(until, SECOND).kind is StopKind.UART


def _a_system_reset_ends_a_run_that_asks_for_it(machine: Engine, _image: Image) -> None:
    machine.run(TO_SLEEP, SECOND)
    before = machine.instructions
    machine.uart.write(b"r")
    assert machine.run(Stop(reset=True), SECOND).kind is StopKind.RESET
    assert machine.instructions > before
    machine.run(TO_SLEEP, SECOND)
    assert machine.uart.transcript == SAID * 2


def _a_snapshot_brings_counts_time_and_console_back(machine: Engine, _image: Image) -> None:
    machine.run(Stop(uart=b"hello"), SECOND)
    count, snapshot = machine.instructions, machine.snapshot()
    first = machine.run(TO_SLEEP, SECOND)
    machine.uart.write(b"a")
    machine.run(TO_SLEEP, SECOND)
    machine.restore(snapshot)
    assert (machine.instructions, machine.uart.transcript) == (count, b"hello")
    again = machine.run(TO_SLEEP, SECOND)
    assert (again.instructions, again.seconds) == (first.instructions, first.seconds)
    machine.uart.write(b"ab")
    machine.run(TO_SLEEP, SECOND)
    assert machine.uart.transcript == SAID + b"bc"


def _a_snapshot_of_a_sleeping_core_sleeps_on(machine: Engine, _image: Image) -> None:
    machine.run(TO_SLEEP, SECOND)
    count, snapshot = machine.instructions, machine.snapshot()
    machine.reset()
    machine.restore(snapshot)
    assert machine.run(TO_SLEEP, SECOND).kind is StopKind.IDLE
    assert machine.instructions == count
    machine.uart.write(b"a")
    machine.run(TO_SLEEP, SECOND)
    assert machine.uart.read().endswith(b"b")


def _the_console_outlives_a_reset(machine: Engine, _image: Image) -> None:
    machine.run(Stop(), SECOND)
    machine.reset()
    assert machine.uart.read() == machine.uart.transcript == SAID
    machine.run(Stop(), SECOND)
    assert machine.uart.read() == SAID
    assert machine.uart.transcript == SAID * 2


def _counts_and_time_begin_anew_with_a_reset(machine: Engine, _image: Image) -> None:
    first = machine.run(Stop(), SECOND)
    machine.reset()
    assert machine.instructions == 0
    again = machine.run(Stop(), SECOND)
    assert (again.instructions, again.seconds) == (first.instructions, first.seconds)


def _flash_that_the_image_does_not_cover_is_erased(machine: Engine, _image: Image) -> None:
    for again in (machine.reset, lambda: None):
        assert machine.memory.read(0x080F_FFF0, 16) == b"\xff" * 16
        assert machine.memory.read(0x2001_FFF0, 16) == bytes(16)
        machine.run(Stop(), SECOND)
        again()


def _writing_nothing_does_nothing(machine: Engine, _image: Image) -> None:
    for address in (0x0800_0000, 0x2000_0000, 0x6000_0000):
        machine.memory.write(address, b"")
    assert machine.run(TO_SLEEP, SECOND).kind is StopKind.IDLE
    assert machine.uart.transcript == SAID


def _traces_are_started_and_end_once(machine: Engine, _image: Image) -> None:
    traces_are_started_before_they_are_read(machine)
    a_trace_ends_once(machine)


def _parts_of_a_trace_add_up(machine: Engine, _image: Image) -> None:
    machine.start_trace()
    marks = [machine.mark_trace()]
    for count in (1, 1000, 33):
        machine.run(Stop(), Instructions(count))
        marks.append(machine.mark_trace())
    whole = machine.stop_trace()
    parts = [later.since(earlier) for earlier, later in pairwise(marks)]
    assert [part.instructions for part in parts] == [1, 1000, 33]
    assert sum((Counter(part.counts) for part in parts), Counter()) == whole.counts
    assert sum((Counter(part.jumps) for part in parts), Counter()) == whole.jumps
    assert marks[-1].since(None) == whole


Promise = Callable[[Engine, Image], None]

WITHOUT_A_CONSOLE: tuple[Promise, ...] = (
    _a_limit_in_instructions_is_exact,
    _a_stop_at_the_next_instruction_comes_before_a_limit,
    _a_sleep_that_nothing_can_end_is_idle,
    _counts_and_time_begin_anew_with_a_reset,
)
OF_A_CONSOLE: tuple[Promise, ...] = (
    _a_pattern_ends_a_run,
    _a_pattern_in_what_was_not_read_yet_executes_nothing,
)
ON_THE_PROBE: tuple[Promise, ...] = (
    _a_limit_in_instructions_is_exact,
    _a_pattern_ends_a_run,
    _a_pattern_in_what_was_not_read_yet_executes_nothing,
    _a_stop_at_an_address_is_before_its_instruction,
    _a_stop_at_the_next_instruction_comes_before_a_limit,
    _a_sleep_that_nothing_can_end_is_idle,
    _a_sleep_with_a_timer_running_is_not_idle,
    _bytes_from_the_host_arrive_in_order,
    _a_listener_hears_what_the_transcript_holds,
    _a_fault_stops_at_its_handler,
    _a_fault_that_is_let_pass_is_taken,
    _a_system_reset_ends_a_run_that_asks_for_it,
    _a_snapshot_brings_counts_time_and_console_back,
    _a_snapshot_of_a_sleeping_core_sleeps_on,
    _the_console_outlives_a_reset,
    _counts_and_time_begin_anew_with_a_reset,
    _flash_that_the_image_does_not_cover_is_erased,
    _writing_nothing_does_nothing,
    _traces_are_started_and_end_once,
    _parts_of_a_trace_add_up,
)
