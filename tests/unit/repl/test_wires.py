"""Interrupt and GPIO connections."""

from __future__ import annotations

import pytest

from workbench.errors import ReplError
from workbench.repl.description import Wire


@pytest.fixture
def wires(read):
    def reader(*lines):
        block = "".join(f"    {line}\n" for line in lines)
        return read(f"a: A\nb: B\nx: T\n{block}").entries["x"].wires

    return reader


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-> a@3", [("", "a", 3)]),
        ("->a@3", [("", "a", 3)]),
        ("IRQ -> a@0x10", [("IRQ", "a", 16)]),
        ("2 -> a@3", [(2, "a", 3)]),
        ("0 -> a@1 | b@2", [(0, "a", 1), (0, "b", 2)]),
        ("0 -> a@1 b@2", [(0, "a", 1), (0, "b", 2)]),
        ("[0-2] -> a@[4-6]", [(0, "a", 4), (1, "a", 5), (2, "a", 6)]),
        ("[2-0] -> a@[4-6]", [(2, "a", 4), (1, "a", 5), (0, "a", 6)]),
        ("[0, Error, 7] -> a@[1, 2-3]", [(0, "a", 1), ("Error", "a", 2), (7, "a", 3)]),
        (
            "[0, 1] -> a@[1-2] | b@[3-4]",
            [(0, "a", 1), (0, "b", 3), (1, "a", 2), (1, "b", 4)],
        ),
        ("-> none", []),
    ],
)
def test_a_connection_leads_from_each_output_to_its_input(wires, text, expected):
    assert [(w.source, w.target, w.pin) for w in wires(text)] == expected


def test_a_local_index_stands_behind_a_hash(wires):
    assert wires("-> a#1@2", "0 -> b#0x08@01") == (Wire("", "a", 2, 1), Wire(0, "b", 1, 8))


def test_later_connection_of_an_output_replaces_the_earlier(wires):
    assert wires("[0-1] -> a@[0-1]", "1 -> b@7") == (Wire(0, "a", 0), Wire(1, "b", 7))
    assert wires("IRQ -> a@0", "IRQ -> none") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[0-2] -> a@[4-5]", "3 outputs are connected to 2 inputs of 'a'"),
        ("[0-2] -> a@4", "expected '[' for as many inputs"),
        ("-> a", "expected '@' and the input of the target"),
        ("-> @3", "expected the peripheral that the wire leads to"),
        ("-> nobody@3", "no entry declares a peripheral 'nobody'"),
        ("[3-3] -> a@[1-1]", "a range from 3 to 3"),
        ("[0-99999999] -> a@[0-99999999]", "a range of more than"),
        ("[" + "0-4000," * 200 + "0] -> a@[0]", "more than"),
        ("0 a@3", "expected an attribute"),
    ],
)
def test_a_bad_connection_says_what_was_expected(wires, text, message):
    with pytest.raises(ReplError) as caught:
        wires(text)
    assert message in caught.value.message
    assert caught.value.line == 4
