"""What a function has pushed, from its first instructions, where no call frame information says it.

For assembly and for libraries that were built without debug information.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.armv7m.thumb import (
    SP_NUMBER,
    Instruction,
    Kind,
    Operation,
    instructions,
    numbers,
)

_LONGEST = 48  # bytes of a function in which its prologue lies
_WORD = 4
_STORES = (Kind.STORE, Kind.STORE_MULTIPLE)
_ENDS = frozenset(
    {Operation.B, Operation.BX, Operation.BLX, Operation.CBZ, Operation.SVC, Operation.UDF}
)


@dataclass(frozen=True)
class Pushed:
    """`size` bytes lie between SP and the caller's; `saved` are offsets from SP by register."""

    size: int
    saved: Mapping[int, int]


def pushed(code: bytes) -> Pushed:
    """Return what was pushed when `code`, from the function's start to PC, has executed."""
    depth = 0
    at: dict[int, int] = {}  # register: how deep below the caller's SP it lies
    for offset, one in instructions(code):
        if offset + 2 > min(len(code), _LONGEST) or one.operation in _ENDS:
            break
        registers, bytes_more = _push(one)
        depth += bytes_more
        for index, register in enumerate(registers):
            at.setdefault(register, depth - 4 * index)
    return Pushed(depth, {register: depth - deep for register, deep in at.items()})


def _push(one: Instruction) -> tuple[list[int], int]:
    """Return the core registers that an instruction pushes, lowest address first, and how much."""
    if one.base != SP_NUMBER:
        return [], 0
    if one.operation is Operation.SUB and one.target == SP_NUMBER:
        return [], one.immediate or 0
    if one.step is None or one.step >= 0 or one.kind not in _STORES:
        return [], 0
    pushes = one.operation is Operation.STM or (
        one.operation is Operation.STR and one.step == -_WORD
    )
    return numbers(one.moves) if pushes else [], -one.step
