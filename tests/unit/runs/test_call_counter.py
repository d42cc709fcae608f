"""Counting calls and passages through a probe, against an engine that follows a script."""

import pytest

from tests.unit.scripted_engine import SECONDS_PER_INSTRUCTION, ScriptedEngine, Step
from workbench.engines.base import Instructions, Seconds, Stop, StopKind
from workbench.engines.wrapper import EngineWrapper
from workbench.runs.call_counter import BetweenPoints, FunctionCalls, Measurement, Probe

ENTRY, RETURN, OTHER = 0x100, 0x204, 0x300
SP = 0x2000_1000


def call(*body: Step, returns_to: int = RETURN, sp: int = SP) -> list[Step]:
    """A call of the function: its entry, `body`, and the instruction it returns to."""
    return [Step(ENTRY, sp, returns_to | 1), *body, Step(returns_to, sp)]


def work(count: int, sp: int = SP - 16) -> list[Step]:
    return [Step(OTHER + 2 * index, sp) for index in range(count)]


def measured(counter, script, until=None, limit=None):
    engine = ScriptedEngine([Step(0), *script, Step(0x400)])
    reason = Probe(engine, counter).run(until or Stop(), limit or Instructions(10_000))
    return counter.result(), reason


def test_a_call_counts_from_its_first_instruction_to_the_return():
    result, reason = measured(FunctionCalls("f", ENTRY), call(*work(9)))
    assert result.calls == (10,)
    assert reason.kind is StopKind.IDLE


def test_what_the_machine_has_run_before_is_not_taken_off_the_limit_of_a_probe():
    wrapper = EngineWrapper(ScriptedEngine([Step(0)] * 100 + call(*work(9)) + work(50)))
    wrapper.run(Stop(), Instructions(100))
    probe = Probe(wrapper, FunctionCalls("f", ENTRY))
    limit = Seconds(40 * SECONDS_PER_INSTRUCTION)
    assert probe.run(Stop(), limit).instructions == 100 + 40


def test_every_call_is_counted_and_summed_up():
    script = call(*work(1)) + call(*work(5)) + call(*work(2))
    result, _ = measured(FunctionCalls("f", ENTRY), script)
    assert result == Measurement("f", (2, 6, 3), minimum=2, median=3, maximum=6)


def test_a_recursive_call_counts_alone_and_in_the_outer_one():
    inner = call(*work(3, SP - 32), returns_to=OTHER + 0x80, sp=SP - 16)
    result, _ = measured(FunctionCalls("f", ENTRY), call(*work(1), *inner, *work(1)))
    assert result.calls == (4, 1 + 1 + 4 + 1 + 1)


def test_an_inner_call_with_the_same_return_address_is_told_apart_by_its_stack_pointer():
    inner = call(*work(3, SP - 32), sp=SP - 16)
    result, _ = measured(FunctionCalls("f", ENTRY), call(*inner))
    assert result.calls == (4, 6)


def test_a_loop_back_to_the_first_instruction_is_no_call():
    turn = [Step(ENTRY, SP, RETURN | 1), *work(3, SP)]
    result, _ = measured(FunctionCalls("strlen", ENTRY), [*turn, *turn, *call(*work(1, SP))])
    assert result.calls == (4 + 4 + 2,)
    assert result.unfinished == 0


def test_a_handler_ends_at_any_exception_return_with_its_stack_pointer():
    basic, floating = 0xFFFFFFFC, 0xFFFFFFEC
    script = [Step(ENTRY, SP, basic | 1), *work(4), Step(floating, SP)]
    result, _ = measured(FunctionCalls("PendSV_Handler", ENTRY), script)
    assert result.calls == (5,)


def test_threads_may_return_in_another_order_than_they_called():
    other_sp = SP - 0x400
    script = [
        Step(ENTRY, SP, RETURN | 1),
        Step(ENTRY, other_sp, RETURN | 1),
        Step(RETURN, SP),
        Step(RETURN, other_sp),
    ]
    result, _ = measured(FunctionCalls("f", ENTRY), script)
    assert result.calls == (2, 2)


def test_a_call_that_never_returns_is_reported_as_unfinished():
    result, _ = measured(FunctionCalls("f", ENTRY), [Step(ENTRY, SP, RETURN | 1), *work(4)])
    assert result == Measurement("f", (), None, None, None, unfinished=1)


def test_no_more_calls_are_counted_than_wanted():
    result, reason = measured(FunctionCalls("f", ENTRY, wanted=2), call() + call() + call())
    assert result.calls == (1, 1)
    assert reason.kind is StopKind.IDLE


def test_the_run_can_end_with_the_last_call_wanted():
    engine = ScriptedEngine([Step(0), *call(), *call(), *call()])
    probe = Probe(engine, FunctionCalls("f", ENTRY, wanted=2), stop_when_done=True)
    reason = probe.run(Stop(), Instructions(1_000))
    assert (reason.kind, reason.pc) == (StopKind.PC, RETURN)
    assert engine.instructions == 4


def test_between_two_points_counts_from_the_first_begin_to_the_next_end():
    script = [Step(ENTRY), *work(2), Step(ENTRY), *work(3), Step(RETURN), Step(ENTRY), *work(1)]
    result, _ = measured(BetweenPoints("a..b", ENTRY, RETURN), script)
    assert (result.calls, result.unfinished) == ((7,), 1)


def test_a_machine_that_stands_on_the_first_point_has_reached_it():
    engine = ScriptedEngine([Step(ENTRY), *work(3), Step(RETURN), Step(0)])
    counter = BetweenPoints("reset..main", ENTRY, RETURN)
    Probe(engine, counter).run(Stop(), Instructions(100))
    assert counter.result().calls == (4,)


def test_a_run_that_goes_on_from_a_noted_stop_does_not_note_it_again():
    engine = ScriptedEngine([Step(0), *call(*work(3)), Step(0)])
    counter = FunctionCalls("f", ENTRY)
    probe = Probe(engine, counter)
    probe.run(Stop(pc=frozenset({ENTRY})), Instructions(100))
    probe.run(Stop(), Instructions(100))
    assert counter.result() == Measurement.of("f", [4])


def test_from_a_point_to_itself_counts_one_turn_of_a_loop():
    script = [Step(ENTRY), *work(2), Step(ENTRY), *work(4), Step(ENTRY)]
    result, _ = measured(BetweenPoints("turn", ENTRY, ENTRY), script)
    assert result.calls == (3, 5)


@pytest.mark.parametrize("limit", [Instructions(25), Seconds(25e-6)])
def test_the_limit_holds_over_the_stops_in_between(limit):
    script = [step for _ in range(20) for step in call(*work(3))]
    _, reason = measured(FunctionCalls("f", ENTRY), script, limit=limit)
    assert (reason.kind, reason.instructions) == (StopKind.LIMIT, 25)


def test_a_stop_that_the_driver_asked_for_still_happens():
    result, reason = measured(
        FunctionCalls("f", ENTRY), call(*work(3)), until=Stop(pc=frozenset({RETURN, OTHER}))
    )
    assert (reason.kind, reason.pc) == (StopKind.PC, OTHER)
    assert result.unfinished == 1


def test_a_snapshot_brings_the_clock_of_the_limit_back():
    engine = ScriptedEngine([Step(0), *call(*work(30)), Step(0)])
    probe = Probe(engine, FunctionCalls("f", ENTRY))
    state = probe.snapshot()
    probe.run(Stop(), Seconds(20e-6))
    probe.restore(state)
    assert probe.run(Stop(), Seconds(10e-6)).instructions == 10
