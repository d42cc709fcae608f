"""Instructions by their shapes: what readers of 16 and 32 bits make of register numbers."""

from __future__ import annotations

from workbench.armv7m.thumb.instruction import (
    ALWAYS,
    LR,
    PC,
    PC_NUMBER,
    UNSHIFTED,
    Instruction,
    Registers,
    Shift,
)
from workbench.armv7m.thumb.operation import Operation

WORD = 4
COMPARES = frozenset({Operation.TST, Operation.TEQ, Operation.CMP, Operation.CMN})
_HINTS = {2: Operation.WFE, 3: Operation.WFI, 4: Operation.SEV}


def signed(value: int, bits: int) -> int:
    """Return `value`, of so many bits, as a number that may be negative."""
    return value - (value >> bits - 1 << bits)


def undefined(size: int) -> Instruction:
    """Return what traps, or is data that a broken program ran into."""
    return Instruction(size, Operation.UNDEFINED)


def process(
    size: int,
    operation: Operation,
    target: int | None,
    base: int | None = None,
    other: int | None = None,
    *,
    immediate: int | None = None,
    shift: Shift = UNSHIFTED,
) -> Instruction:
    """Return data processing of registers by their numbers; to PC it is a branch."""
    writes = 0 if target is None else 1 << target
    reads = (0 if base is None else 1 << base) | (0 if other is None else 1 << other)
    return Instruction(
        size,
        operation,
        writes=writes & ~PC,
        reads=reads & ~PC,
        changes_pc=bool(writes & PC),
        target=target,
        base=base,
        other=other,
        shift=shift,
        immediate=immediate,
    )


def single(
    size: int,
    loads: bool,
    target: int,
    base: int,
    width: int,
    *,
    immediate: int = 0,
    other: int | None = None,
    shift: Shift = UNSHIFTED,
    step: int | None = None,
    operation: Operation | None = None,
) -> Instruction:
    """Return a load or store of the register `target`, by numbers."""
    moves = 1 << target
    addresses = 1 << base | (0 if other is None else 1 << other)
    return Instruction(
        size,
        operation or (Operation.LDR if loads else Operation.STR),
        writes=(moves & ~PC if loads else 0) | (0 if step is None else 1 << base),
        reads=(addresses | (0 if loads else moves)) & ~PC,
        changes_pc=loads and target == PC_NUMBER,
        target=target,
        base=base,
        other=other,
        shift=shift,
        immediate=immediate,
        moves=moves,
        width=width,
        step=step,
    )


def multiple(
    size: int, loads: bool, registers: Registers, base: int, *, below: bool, writeback: bool
) -> Instruction:
    """Return LDM or STM of a set of registers, upwards from the base or `below` it."""
    words = registers.bit_count()
    down, up = -WORD * words, WORD * words
    return Instruction(
        size,
        Operation.LDM if loads else Operation.STM,
        writes=(registers & ~PC if loads else 0) | (1 << base if writeback else 0),
        reads=(1 << base | (0 if loads else registers)) & ~PC,
        changes_pc=loads and bool(registers & PC),
        base=base,
        immediate=down if below else 0,
        moves=registers,
        width=WORD,
        words=words,
        step=(down if below else up) if writeback else None,
    )


def branch(
    size: int, operation: Operation, displacement: int, condition: int = ALWAYS
) -> Instruction:
    """Return B or BL, from PC by so many bytes."""
    return Instruction(
        size,
        operation,
        writes=LR if operation is Operation.BL else 0,
        changes_pc=True,
        immediate=displacement,
        condition=condition,
    )


def hint(number: int) -> Operation:
    """Return what a hint does; those that are not allocated do nothing (A5.2.5)."""
    return _HINTS.get(number, Operation.NOP)
