"""Thumb-2 code as instructions: the one place that knows the encodings (ARM DDI 0403E, A5 to A7).

A disassembler takes longer for the same than the core for the run, and a profile decodes thousands
of instructions.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from workbench.armv7m.thumb.instruction import Instruction
from workbench.armv7m.thumb.narrow import decode_narrow
from workbench.armv7m.thumb.operation import Operation
from workbench.armv7m.thumb.wide import decode_wide

MAX_BYTES = 4
_NARROW = 2
_FIRST_WIDE = b"\xe8"  # the upper byte of the first halfword of 32 bits (A5.1)

BKPT = 0xBE00
"""BKPT #0; the immediate is in the lower byte (A7.7.17)."""

BKPT_SEMIHOSTING = BKPT | 0xAB
"""What Arm's "Semihosting for AArch32 and AArch64", 2.0, gives a meaning to."""

UDF = 0xDE00
"""UDF #0, undefined on purpose; the immediate is in the lower byte (A7.7.194)."""


def is_wide(halfword: int) -> bool:
    """Return whether `halfword` begins a 32-bit instruction: 0b11101, 0b11110 or 0b11111 (A5.1)."""
    return halfword >= 0xE800


def is_breakpoint(halfword: int) -> bool:
    """Return whether this is a BKPT, with any immediate."""
    return halfword & 0xFF00 == BKPT


def decode(code: bytes) -> Instruction:
    """Return the instruction in the first bytes of `code`.

    What is undefined, and what the end of the code cuts off, is Operation.UNDEFINED.
    """
    return _decode(code[:MAX_BYTES] if code[1:2] >= _FIRST_WIDE else code[:_NARROW])


def instructions(code: bytes) -> Iterator[tuple[int, Instruction]]:
    """Yield (offset, instruction) of straight code."""
    offset = 0
    while offset < len(code):
        one = decode(code[offset : offset + MAX_BYTES])
        yield offset, one
        offset += one.size


@cache
def _decode(code: bytes) -> Instruction:
    first = int.from_bytes(code[:2], "little")
    if not is_wide(first):
        return decode_narrow(first)
    if len(code) < MAX_BYTES:
        return Instruction(_NARROW, Operation.UNDEFINED)
    return decode_wide(first, int.from_bytes(code[2:], "little"))
