"""Limits as users write them."""

import pytest

from tests.unit.scripted_engine import SECONDS_PER_INSTRUCTION, ScriptedEngine, Step
from workbench.engines.base import Instructions, Seconds, Stop
from workbench.engines.wrapper import EngineWrapper
from workbench.errors import UserError
from workbench.runs.limits import Allowance, at_most, parse_limit, parse_seconds


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("5s", Seconds(5.0)),
        ("1.5 s", Seconds(1.5)),
        ("200ms", Seconds(0.2)),
        ("2min", Seconds(120.0)),
        ("10Minstr", Instructions(10_000_000)),
        ("2.5kinstr", Instructions(2_500)),
        ("1_000", Instructions(1_000)),
        ("3 instructions", Instructions(3)),
        ("1G", Instructions(1_000_000_000)),
    ],
)
def test_a_limit_is_virtual_time_with_a_unit_or_instructions(text, limit):
    assert parse_limit(text) == limit


@pytest.mark.parametrize("text", ["", "0", "0s", "-1s", "soon", "5 h", "1e3", "9" * 400 + "s"])
def test_anything_else_is_refused_with_examples(text):
    with pytest.raises(UserError, match="5s") as error:
        parse_limit(text)
    assert "10Minstr" in error.value.hint


def test_a_time_needs_a_unit():
    assert parse_seconds("1.5 ms") == pytest.approx(0.0015)


@pytest.mark.parametrize("text", ["100 instr", "1", "-1s", "nans"])
def test_what_is_no_time_is_told_as_such(text):
    with pytest.raises(UserError, match="is not a time") as error:
        parse_seconds(text)
    assert "instr" not in error.value.hint


def after(issued, limit, tick=0.0):
    """What is left of `limit` once a machine that has run before has issued so many more."""
    machine = EngineWrapper(ScriptedEngine([Step(0)] * 100))
    machine.run(Stop(), Instructions(50))
    allowance = Allowance(limit, machine, tick)
    machine.run(Stop(), Instructions(issued))
    return allowance.left


def test_what_is_left_of_a_limit_is_in_its_own_unit():
    assert after(4, Instructions(10)) == Instructions(6)
    left = after(4, Seconds(10 * SECONDS_PER_INSTRUCTION))
    assert left.seconds == pytest.approx(6 * SECONDS_PER_INSTRUCTION)


@pytest.mark.parametrize("limit", [Instructions(4), Seconds(4 * SECONDS_PER_INSTRUCTION)])
def test_nothing_is_left_of_a_limit_that_is_reached(limit):
    assert after(4, limit, tick=SECONDS_PER_INSTRUCTION / 2) is None


def test_less_than_a_tick_is_nothing():
    limit = Seconds(4.4 * SECONDS_PER_INSTRUCTION)
    assert after(4, limit) is not None
    assert after(4, limit, tick=SECONDS_PER_INSTRUCTION / 2) is None


def test_a_limit_allows_as_much_of_a_time_as_it_certainly_holds():
    assert at_most(Seconds(2.0), 1.0, per_second=1e6) == Seconds(1.0)
    assert at_most(Seconds(0.5), 1.0, per_second=1e6) == Seconds(0.5)
    assert at_most(Instructions(250_000), 1.0, per_second=1e6) == Seconds(0.25)
