"""Kinds of values: what they accept, and how they are said."""

import pytest

from workbench.support.kinds import Choice, Flag, Named, Several, Text, Whole


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (Whole(0, 256, 128), [0, 128, 256], [-128, 1, 384, 128.0, True, "128", None]),
        (Flag(), [True, False], [0, 1, "true", None]),
        (Text(3), ["", "abc"], ["abcd", "a\nb", "\x1b", 1, None]),
        (Text(3, lines=True), ["a\nb"], ["a\nbc"]),
        (Choice((8, "x")), [8, "x"], [8.0, "y", None]),
        (Several(Whole(1, 9), 1, 2), [[1], [2, 1]], [[], [0], [1, 2, 3], (1,), 1]),
        (Several(Whole(1, 9), 1, 3, ascending=True), [[1, 2]], [[2, 1], [1, 1]]),
        (Named(Flag(), 1), [{}, {"a": True}], [{"a": 1}, {"a": True, "b": True}, [], None]),
    ],
)
def test_what_is_accepted(kind, good, bad):
    assert [value for value in good if not kind.accepts(value)] == []
    assert [value for value in bad if kind.accepts(value)] == []


def test_how_they_are_said():
    assert str(Whole(0, 1000)) == "a whole number from 0 to 1,000"
    assert str(Whole(0, 0xFFFF_FFFF, 4)) == ("a whole number from 0x0 to 0xffffffff that 4 divides")
    assert str(Choice(("flash", "ram"))) == '"flash" or "ram"'
    assert str(Several(Whole(1, 9), 3, 3)) == (
        "a list of 3 values, each a whole number from 1 to 9"
    )
