"""What suites write: `64 MHz`, `2 ms`, `FE 01`, `INFER`."""

from __future__ import annotations

import re

from workbench.errors import UserError
from workbench.link import Request

_SCALES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}  # nobody means millihertz
_FREQUENCY = re.compile(r"(\d+(?:\.\d+)?)\s*([kmg]?)hz", re.IGNORECASE)


def parse_frequency(text: str) -> int:
    """Return the frequency in Hz that `text` states; UserError where it states none."""
    match = _FREQUENCY.fullmatch(text.strip())
    if match is None or not float(match[1]):
        raise UserError(f"'{text}' is not a frequency", "write 64 MHz, or 168000000 Hz")
    return round(float(match[1]) * _SCALES[match[2].lower()])


def parse_bytes(text: str) -> bytes:
    """Return the bytes that `text` states in hexadecimal; UserError where it states none."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise UserError(f"'{text}' is not hexadecimal", "write bytes such as 00 FF 1B") from None


def parse_count(text: str | int) -> int:
    """Return the count that `text` states, such as `100000` or `100,000`."""
    try:
        return int(str(text).replace(",", "").replace("_", ""), 0)
    except ValueError:
        raise UserError(f"'{text}' is not a whole number", "write 100000 or 100,000") from None


def parse_request(text: str) -> int:
    """Return the type of a request of the link's protocol, by its name or as a number."""
    try:
        return Request[text.upper()].value
    except KeyError:
        return parse_count(text) & 0xFF
