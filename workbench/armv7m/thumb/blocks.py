"""Blocks of Thumb-2 code, and what of the processor's state decides on them."""

from __future__ import annotations

from workbench.armv7m.thumb.decoder import instructions


def scan(code: bytes) -> tuple[int, int]:
    """Return (number of instructions, BlockFlag bits) of the block `code`."""
    count, flags = 0, 0
    for _, one in instructions(code):
        count += 1
        flags |= one.flags
    return count, int(flags)


def condition_passed(xpsr: int) -> bool:
    """Return whether the next instruction executes, by IT state and flags in xPSR (A7.3)."""
    it_state = xpsr >> 8 & 0xFC | xpsr >> 25 & 3
    if not it_state & 0xF:
        return True
    negative, zero, carry, overflow = (bool(xpsr >> bit & 1) for bit in (31, 30, 29, 28))
    condition = it_state >> 4
    holds = (
        zero,
        carry,
        negative,
        overflow,
        carry and not zero,
        negative == overflow,
        negative == overflow and not zero,
        True,
    )[condition >> 1]
    return holds != bool(condition & 1) if condition < 0xE else True
