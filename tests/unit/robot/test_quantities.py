import pytest

from workbench.errors import UserError
from workbench.robot.quantities import (
    parse_bytes,
    parse_count,
    parse_frequency,
    parse_request,
)


@pytest.mark.parametrize(
    ("text", "hertz"),
    [
        ("64 MHz", 64_000_000),
        ("168MHz", 168_000_000),
        ("32.768 kHz", 32_768),
        ("32 KHZ", 32_000),
        ("100 Hz", 100),
    ],
)
def test_a_frequency_has_any_unit_in_any_case(text, hertz):
    assert parse_frequency(text) == hertz


def test_bytes_are_hexadecimal():
    assert parse_bytes("00 FF 1b") == b"\x00\xff\x1b"


@pytest.mark.parametrize(("text", "count"), [("90,143", 90_143), ("1_000", 1000), (5, 5)])
def test_a_count_may_have_separators(text, count):
    assert parse_count(text) == count


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_frequency, "fast"),
        (parse_frequency, "0 MHz"),
        (parse_bytes, "0xZZ"),
        (parse_count, "many"),
    ],
)
def test_anything_else_is_told_with_an_example(parse, text):
    with pytest.raises(UserError, match=text) as caught:
        parse(text)
    assert caught.value.hint.startswith("write")


@pytest.mark.parametrize(("text", "type_"), [("hello", 1), ("INFER", 2), ("0x7F", 0x7F)])
def test_a_request_has_a_name_or_a_number(text, type_):
    assert parse_request(text) == type_
