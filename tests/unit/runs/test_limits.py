"""Limits as users write them."""

import pytest

from workbench.engines.base import Instructions, Seconds
from workbench.errors import UserError
from workbench.runs.limits import left_of, parse_limit, parse_seconds


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
    with pytest.raises(UserError, match="is no time") as error:
        parse_seconds(text)
    assert "instr" not in error.value.hint


def test_what_is_left_of_a_limit_is_in_its_own_unit():
    assert left_of(Instructions(10), 4, 1.0) == Instructions(6)
    assert left_of(Seconds(2.0), 4, 0.5) == Seconds(1.5)


@pytest.mark.parametrize("limit", [Instructions(4), Seconds(0.5)])
def test_nothing_is_left_of_a_limit_that_is_reached(limit):
    assert left_of(limit, 4, 0.5) is None
