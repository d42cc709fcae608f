"""Numbers as readers want them."""

from __future__ import annotations

import math


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
