"""Numbers as readers want them, and text from elsewhere as a terminal may show it."""

from __future__ import annotations

import math
import unicodedata


def significant(value: float, digits: int = 3) -> str:
    """Return `value` with so many significant digits, without an exponent: 0.0424, 2.19, 233."""
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    rounded = float(f"{value:.{digits - 1}e}")  # 99.97 is 100: it has gained a digit
    decimals = digits - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded:.{max(0, decimals)}f}"


def counted(number: int, noun: str) -> str:
    """Return the number with its noun: "1 call", "2,000 calls"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def printable(text: str) -> str:
    r"""Return `text` with everything but printable characters, line breaks and tabs as \xNN.

    Names of symbols, models and files, and what firmware sends, may hold sequences by which a
    terminal is driven, or characters that turn the direction of writing.
    """
    if text.isprintable():
        return text
    return "".join(one if one in "\n\t" or _is_shown(one) else _escaped(one) for one in text)


def _is_shown(one: str) -> bool:
    return one.isprintable() or unicodedata.category(one) == "Zs"


def _escaped(one: str) -> str:
    return one.encode("unicode_escape", "backslashreplace").decode()
