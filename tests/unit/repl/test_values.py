"""Values of properties, as the platform description format defines them."""

from __future__ import annotations

import pytest

from workbench.errors import ReplError
from workbench.repl.description import (
    Dictionary,
    Empty,
    EnumValue,
    InlineObject,
    Range,
    Reference,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-7", -7),
        ("0x1F", 31),
        ("0xABCD_EF01", 0xABCDEF01),
        ("1_000_000", 1_000_000),
        ("08", 8),
        ("2.5", 2.5),
        ("-0x10", -16),
        ("true", True),
        ("False", False),
        ('"plain"', "plain"),
        (r'"with \" and \\"', 'with " and \\'),
        ('"{ ; // no comment }"', "{ ; // no comment }"),
        ("<0x10, 0x20>", Range(0x10, 0x20)),
        ("<0x10, +0x20>", Range(0x10, 0x30)),
        ("STM32Series.F4", EnumValue("STM32Series.F4")),
        (".F4", EnumValue(".F4")),
        ("other", Reference("other")),
        ("none", None),
        ("empty", Empty()),
        ("[]", ()),
        ("[1, 0x10, 3,]", (1, 16, 3)),
        ('[1, "a", true, other, <0, +10>]', (1, "a", True, Reference("other"), Range(0, 10))),
        ("[[1, 0], [0, 1]]", ((1, 0), (0, 1))),
        ("{}", Dictionary(())),
        ('{"a": 1; 2: other;}', Dictionary((("a", 1), (2, Reference("other"))))),
        ("new Point { x: 5; y: 6 }", InlineObject("Point", {"x": 5, "y": 6})),
        ("new A.B", InlineObject("A.B")),
        ("[new A { b: new B }]", (InlineObject("A", {"b": InlineObject("B")}),)),
    ],
)
def test_a_value_has_the_type_that_is_written(properties, text, value):
    assert properties(f"value: {text}") == {"value": value}
    assert type(properties(f"value: {text}")["value"]) is type(value)


def test_multi_line_string_keeps_its_lines(properties):
    text = "script: '''\nif x:\n    y = \"a\" // 2\n''' \nafter: 1"
    found = properties(text)
    # the lines of the string are indented with the block that the fixture puts them into
    assert found["script"] == '\n    if x:\n        y = "a" // 2\n    '
    assert found["after"] == 1


def test_multi_line_string_with_escaped_quotes(properties):
    assert properties(r"a: '''one \''' two'''") == {"a": "one ''' two"}


def test_inline_object_in_indented_form(properties):
    found = properties("resolution: new Point\n    x: 640\n    y: 480")
    assert found == {"resolution": InlineObject("Point", {"x": 640, "y": 480})}


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("<0x20, 0x10>", 12, "the range ends at 0x10, before it begins at 0x20"),
        ("<0x10>", 17, "expected ',' in the range, found '>'"),
        ("[1 2]", 15, "expected ',' or ']' in the list, found '2'"),
        ("{1: 2, 3: 4}", 17, "expected ';' or '}' in the dictionary, found ','"),
        ("{1 2}", 15, "expected ':' after the key, found '2'"),
        ("0x1_0000_0000_0000_0000", 12, "this number does not fit into 64 bits"),
        ("1" * 50, 12, "this number has too many digits"),
        ("@", 12, "expected a value, found '@'"),
        ("new", 5, "expected a type after 'new', found the end of the line"),
    ],
)
def test_bad_value_says_what_was_expected(read, text, column, message):
    with pytest.raises(ReplError) as caught:
        read(f"x: T\n    value: {text}\n    z: 1\nother: T")
    assert message in caught.value.message
    assert caught.value.line == 2
    if text != "new":
        assert caught.value.column == column


def test_nested_too_deep_is_an_error_and_no_stack_overflow(read):
    with pytest.raises(ReplError, match="nested more than"):
        read("x: T\n    value: " + "[" * 100_000)


def test_each_property_knows_where_its_value_begins(read):
    entry = read("x: Type\n    first: 1\nx:\n    second: 2\n    first:  3").entries["x"]
    found = {name: (at.line, at.column) for name, at in entry.locations.items()}
    assert found == {"first": (5, 13), "second": (4, 13)}
    third = entry.location_of("third")
    assert (third.line, third.column) == (1, 1)
