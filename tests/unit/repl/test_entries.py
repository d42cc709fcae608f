"""Entries: types, registrations, layout, comments, Monitor blocks."""

from __future__ import annotations

import pytest

from workbench import repl
from workbench.errors import ReplError
from workbench.repl.description import EnumValue, Range, Reference, Registration


def test_entry_on_the_system_bus(read):
    entry = read("uart: UART.STM32_UART @ sysbus <0x1000, +0x100>").entries["uart"]
    assert entry.type == "UART.STM32_UART"
    assert entry.registrations == (Registration("sysbus", 0x1000, 0x100),)
    assert (entry.location.line, entry.location.column) == (1, 1)


@pytest.mark.parametrize(
    ("text", "registrations"),
    [
        ("@ sysbus", (Registration("sysbus"),)),
        ("@ sysbus 0x1000", (Registration("sysbus", 0x1000),)),
        ("@ none", ()),
        ("@ i2c 0x1C", (Registration("i2c", port=0x1C),)),
        ("@ i2c", (Registration("i2c"),)),
        ("@ i2c <0x0, +0x10>", (Registration("i2c", 0, 0x10),)),
        (
            "@ { sysbus 0x10; sysbus 0x20 }",
            (Registration("sysbus", 0x10), Registration("sysbus", 0x20)),
        ),
        (
            "@ { sysbus 0x10; i2c 2; }",
            (Registration("sysbus", 0x10), Registration("i2c", port=2)),
        ),
        (
            '@ sysbus new Bus.BusMultiRegistration { address: 0x10; size: 0x8; region: "r" }',
            (Registration("sysbus", 0x10, 8, properties={"region": "r"}),),
        ),
        (
            "@ sysbus new Bus.BusPointRegistration { address: 0x10; cpu: i2c }",
            (Registration("sysbus", 0x10, properties={"cpu": Reference("i2c")}),),
        ),
        (
            "@ sysbus new Bus.BusRangeRegistration { range: <0x10, +0x8>; offset: 4 }",
            (Registration("sysbus", 0x10, 8, properties={"offset": 4}),),
        ),
    ],
)
def test_a_registration_is_a_range_a_place_or_a_port(read, text, registrations):
    assert read(f"i2c: I2C\nx: T {text}").entries["x"].registrations == registrations


def test_registration_as_object_in_indented_form(read):
    text = """\
        x: T @ sysbus new Bus.BusPointRegistration
                address: 0x10
            value: 1
    """
    with pytest.raises(ReplError, match=r"main\.repl:2"):
        read(text)  # one line may not open two levels and mean only one
    text = """\
        x: T @ {
                sysbus 0x10;
                sysbus new Bus.BusMultiRegistration { address: 0x20; size: 0x8; region: "r" }
            }
            value: 1
    """
    entry = read(text).entries["x"]
    assert len(entry.registrations) == 2
    assert entry.properties == {"value": 1}


def test_registration_object_without_an_address_is_a_port(read):
    entry = read("x: T @ sysbus new Other { a: E.B }").entries["x"]
    assert entry.registrations[0].port.properties == {"a": EnumValue("E.B")}


def test_an_entry_may_have_an_alias(read):
    assert read('x: T @ sysbus 0x0 as "other name"').entries["x"].alias == "other name"


def test_braces_and_indentation_say_the_same(read):
    indented = read("x: T\n    a: 1\n    b: 2\ny: T")
    braces = read("x: T { a: 1; b: 2 }\ny: T")
    mixed = read("x: T {\na: 1;\n  b: 2\n}\ny: T")
    for description in (indented, braces, mixed):
        assert description.entries["x"].properties == {"a": 1, "b": 2}
        assert list(description.entries) == ["x", "y"]


def test_comments_go(read):
    text = """\
        // first
        x: T // after text
            a: 1 /* in the line */
            /* over
               several lines */
            b: "http://example" // no comment in there
        /* between */
        y: T { /* one */ c: /* two */ 3 }
    """
    description = read(text)
    assert description.entries["x"].properties == {"a": 1, "b": "http://example"}
    assert description.entries["y"].properties == {"c": 3}


def test_carriage_returns_and_byte_order_mark_do_not_matter(tmp_path):
    path = tmp_path / "crlf.repl"
    path.write_bytes(b"\xef\xbb\xbfx: T\r\n    a: 1\r\n\r\ny: T\r\n")
    assert repl.read(path).entries["x"].properties == {"a": 1}


def test_empty_file_is_an_empty_platform(read):
    assert read("\n// nothing\n").entries == {}


def test_init_lines_as_they_stand(read):
    text = """\
        sysbus:
            init:
                Tag <0x10, 0x13> "NAME; {}" 0x1 # a Monitor comment
                ApplySVD @https://host/file.svd.gz // but this is ours
            reset: { one; two }
        x: T
            preinit:
                include @file
    """
    description = read(text)
    assert description.entries["sysbus"].init == (
        'Tag <0x10, 0x13> "NAME; {}" 0x1 # a Monitor comment',
        "ApplySVD @https://host/file.svd.gz",
    )
    assert description.entries["sysbus"].reset == ("one", "two")
    assert description.entries["x"].preinit == ("include @file",)


def test_range_property_is_no_registration(read):
    assert read("x: T { a: <0, +1> }").entries["x"].properties == {"a": Range(0, 1)}


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x: T\n   a: 1", (2, 4), "indented by 3 spaces"),
        ("x: T\n\ta: 1", (2, 2), "indented with a tab"),
        ("    x: T", (1, 5), "the first line with text is indented"),
        ("x: T\n    a: 1 2", (2, 10), "expected the end of the attribute, found '2'"),
        ("x: T\n    a: 1\n    a: 2", (3, 5), "'a' is given twice in the same block"),
        ('x: T\n    a: "abc', (2, 8), "this string is not closed"),
        ("x: T\n    a: '''abc\nmore", (2, 8), "this string is not closed with '''"),
        ("x: T /* abc\n", (1, 6), "this comment has no '*/'"),
        ("x: T\n    /* c */ a: 1", (2, 13), "a comment stands before the text"),
        ("x:", (1, 1), "the entry 'x' is empty"),
        ("x T", (1, 3), "expected ':' after the name of an entry, found 'T'"),
        ("none: T", (1, 1), "expected the name of an entry, found 'none'"),
        ("x: T {a: 1", (1, 11), "expected the end of the attribute, found the end of the file"),
        ("x: T }", (1, 6), "expected the end of the entry or a block in braces, found '}'"),
        ('x: T\nusing "y"', (2, 1), "'using' has to stand before the first entry"),
        ("x: T\n    init:\n    a: 1", (2, 9), "expected '{' and indented statements"),
        ("x: T\n    init:\n        a { b }", (3, 11), "expected a statement of the 'init'"),
        ("x: T @ { sysbus 0x0", (1, 20), "expected ';' or '}' in the list of registrations"),
        ("x: T\n    what?", (2, 9), "expected an attribute, found '?'"),
    ],
)
def test_error_says_where_and_what(tmp_path, text, place, message):
    (tmp_path / "main.repl").write_text(text)
    with pytest.raises(ReplError) as caught:
        repl.read(tmp_path / "main.repl")
    assert message in caught.value.message
    assert (caught.value.line, caught.value.column) == place
    assert f"main.repl:{place[0]}:{place[1]}" in str(caught.value)
