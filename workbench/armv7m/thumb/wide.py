"""Instructions of 32 bits, but those of coprocessors (ARM DDI 0403E, A5.3)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.armv7m.thumb.floating import decode_coprocessor
from workbench.armv7m.thumb.instruction import (
    PC,
    PC_NUMBER,
    Instruction,
    Shift,
)
from workbench.armv7m.thumb.operation import Operation
from workbench.armv7m.thumb.register_operands import decode_multiply, decode_register
from workbench.armv7m.thumb.shapes import (
    WORD,
    branch,
    hint,
    multiple,
    process,
    signed,
    single,
    undefined,
)

SIZE = 4

_Reader = Callable[[int, int], Instruction]

# By the four bits `op` of A5.3.1 and A5.3.11
_DATA_PROCESSING = {
    0b0000: Operation.AND,
    0b0001: Operation.BIC,
    0b0010: Operation.ORR,
    0b0011: Operation.ORN,
    0b0100: Operation.EOR,
    0b1000: Operation.ADD,
    0b1010: Operation.ADC,
    0b1011: Operation.SBC,
    0b1101: Operation.SUB,
    0b1110: Operation.RSB,
}
_PACK = 0b0110
_WITHOUT_TARGET = {
    Operation.AND: Operation.TST,
    Operation.EOR: Operation.TEQ,
    Operation.ADD: Operation.CMN,
    Operation.SUB: Operation.CMP,
}
_WITHOUT_BASE = {Operation.ORR: Operation.MOV, Operation.ORN: Operation.MVN}
_SHIFTS = ("lsl", "lsr", "asr", "ror")
_BARRIERS = {
    2: Operation.CLREX,
    4: Operation.DSB,
    5: Operation.DMB,
    6: Operation.ISB,
}


def decode_wide(first: int, second: int) -> Instruction:
    """Return the instruction of two halfwords."""
    for mask, bits, read in _READERS:
        if first & mask == bits:
            return read(first, second)
    return undefined(SIZE)


def expanded(twelve_bits: int) -> int:
    """ThumbExpandImm: return the number that i:imm3:imm8 stands for (A5.3.2)."""
    byte, high = twelve_bits & 0xFF, twelve_bits >> 8
    if high < 4:
        return byte * (1, 0x00010001, 0x01000100, 0x01010101)[high]
    return (0x80 | byte & 0x7F) << 32 >> (twelve_bits >> 7) & 0xFFFFFFFF


# -- data processing -----------------------------------------------------------------------------


def _named(first: int, second: int) -> tuple[Operation | None, int | None, int | None]:
    """Return operation, target and base of data processing (A5.3.1, A5.3.11)."""
    operation = _DATA_PROCESSING.get(first >> 5 & 0xF)
    target: int | None = second >> 8 & 0xF
    base: int | None = first & 0xF
    if operation is None:
        return None, None, None
    if target == PC_NUMBER and first & 0x10:
        operation, target = _WITHOUT_TARGET.get(operation, operation), None
    if base == PC_NUMBER and operation in _WITHOUT_BASE:
        operation, base = _WITHOUT_BASE[operation], None
    return operation, target, base


def _with_expanded_number(first: int, second: int) -> Instruction:
    operation, target, base = _named(first, second)
    if operation is None:
        return undefined(SIZE)
    number = expanded(_twelve_bits(first, second))
    return process(SIZE, operation, target, base, immediate=number)


def _twelve_bits(first: int, second: int) -> int:
    """i:imm3:imm8."""
    return first << 1 & 0x800 | second >> 4 & 0x700 | second & 0xFF


def _with_plain_number(first: int, second: int) -> Instruction:
    """A5.3.3: ADDW, SUBW, MOVW, MOVT, bit fields and saturation."""
    target, base, number = second >> 8 & 0xF, first & 0xF, _twelve_bits(first, second)
    operation = first >> 4 & 0x1F
    if operation in (0b00000, 0b01010):
        does = Operation.SUB if operation else Operation.ADD
        return process(SIZE, does, target, base, immediate=number)
    if operation == 0b00100:
        return process(SIZE, Operation.MOV, target, immediate=base << 12 | number)
    if operation == 0b01100:
        return process(SIZE, Operation.MOVT, target, target, immediate=base << 12 | number)
    if operation in (0b10000, 0b10010, 0b11000, 0b11010):
        shift = Shift("asr" if first & 0x20 else "lsl", second >> 10 & 0x1C | second >> 6 & 3)
        return process(SIZE, Operation.SATURATE, target, None, base, shift=shift)
    if operation in (0b10100, 0b11100):
        return process(SIZE, Operation.EXTRACT, target, base)
    if operation == 0b10110:  # BFC has PC for its base
        return process(SIZE, Operation.INSERT, target, base, target)
    return undefined(SIZE)


def _with_shifted_register(first: int, second: int) -> Instruction:
    """A5.3.11."""
    shift = Shift(_SHIFTS[second >> 4 & 3], second >> 10 & 0x1C | second >> 6 & 3)
    other = second & 0xF
    if first >> 4 & 0x1F == _PACK << 1:
        return process(SIZE, Operation.PACK, second >> 8 & 0xF, first & 0xF, other, shift=shift)
    operation, target, base = _named(first, second)
    if operation is None:
        return undefined(SIZE)
    return process(SIZE, operation, target, base, other, shift=shift)


# -- branches and control ------------------------------------------------------------------------


def _branch_or_control(first: int, second: int) -> Instruction:
    """A5.3.4, and data processing with numbers, which has bit 15 of the second halfword clear."""
    if not second & 0x8000:
        return (_with_plain_number if first & 0x0200 else _with_expanded_number)(first, second)
    if second & 0x5000 == 0x5000:
        return branch(SIZE, Operation.BL, _far(first, second))
    if second & 0x4000:
        return undefined(SIZE)  # BLX to Arm code
    if second & 0x1000:
        return branch(SIZE, Operation.B, _far(first, second))
    if first & 0x0380 != 0x0380:
        return branch(SIZE, Operation.B, _near(first, second), first >> 6 & 0xF)
    return _control(first, second)


def _far(first: int, second: int) -> int:
    """S:I1:I2:imm10:imm11:0, BL and B without a condition (A7.7.12, A7.7.18)."""
    sign = first >> 10 & 1
    i1, i2 = 1 ^ sign ^ second >> 13 & 1, 1 ^ sign ^ second >> 11 & 1
    number = sign << 23 | i1 << 22 | i2 << 21 | (first & 0x3FF) << 11 | second & 0x7FF
    return 2 * signed(number, 24)


def _near(first: int, second: int) -> int:
    """S:J2:J1:imm6:imm11:0, B by a condition (A7.7.12)."""
    sign, j1, j2 = first >> 10 & 1, second >> 13 & 1, second >> 11 & 1
    number = sign << 19 | j2 << 18 | j1 << 17 | (first & 0x3F) << 11 | second & 0x7FF
    return 2 * signed(number, 20)


def _control(first: int, second: int) -> Instruction:
    """Miscellaneous control, MRS and MSR (A5.3.4, B5.1)."""
    if first & 0xFFE0 == 0xF380:
        base = first & 0xF
        reads = 1 << base & ~PC
        return Instruction(SIZE, Operation.MSR, reads=reads, base=base, immediate=second & 0xFF)
    if first & 0xFFE0 == 0xF3E0:
        target, special = second >> 8 & 0xF, second & 0xFF
        writes = 1 << target
        return Instruction(SIZE, Operation.MRS, writes=writes, target=target, immediate=special)
    if first & 0xFFF0 == 0xF3A0 and not second & 0x0700:
        is_known = first & 0xF == 0xF and not second & 0x0800
        return Instruction(SIZE, hint(second & 0xFF) if is_known else Operation.NOP)
    if first & 0xFFF0 == 0xF3B0:
        return Instruction(SIZE, _BARRIERS.get(second >> 4 & 0xF, Operation.UNDEFINED))
    if first & 0xFFF0 == 0xF7F0 and second & 0xF000 == 0xA000:
        number = (first & 0xF) << 12 | second & 0xFFF
        return Instruction(SIZE, Operation.UDF, immediate=number)
    return undefined(SIZE)


# -- loads and stores ----------------------------------------------------------------------------


def _multiple(first: int, second: int) -> Instruction:
    """A5.3.5: increment after, decrement before."""
    if first >> 7 & 3 not in (1, 2):
        return undefined(SIZE)
    below, writeback = bool(first & 0x0100), bool(first & 0x20)
    loads = bool(first & 0x10)
    return multiple(SIZE, loads, second, first & 0xF, below=below, writeback=writeback)


def _pair_or_exclusive(first: int, second: int) -> Instruction:
    """A5.3.6."""
    if first & 0x0120:  # P or W
        return _pair(first, second)
    base, target, loads = first & 0xF, second >> 12, bool(first & 0x10)
    if not first & 0x0080:
        offset = (second & 0xFF) * WORD
        return _exclusive(loads, target, base, WORD, second >> 8 & 0xF, offset)
    operation = second >> 4 & 0xF
    if operation in (0, 1) and loads:
        return _table_branch(base, second & 0xF, 1 << operation)
    if operation not in (4, 5):
        return undefined(SIZE)
    return _exclusive(loads, target, base, operation - 3, second & 0xF, 0)


def _pair(first: int, second: int) -> Instruction:
    """LDRD and STRD, pre- or post-indexed."""
    base, loads, before = first & 0xF, bool(first & 0x10), bool(first & 0x0100)
    offset = (second & 0xFF) * (WORD if first & 0x80 else -WORD)
    step = offset if first & 0x20 else None
    moves = 1 << (second >> 12) | 1 << (second >> 8 & 0xF)
    return Instruction(
        SIZE,
        Operation.LDRD if loads else Operation.STRD,
        writes=(moves if loads else 0) | (0 if step is None else 1 << base),
        reads=(1 << base | (0 if loads else moves)) & ~PC,
        target=second >> 12,
        base=base,
        immediate=offset if before else 0,
        moves=moves,
        width=WORD,
        words=2,
        step=step,
    )


def _exclusive(
    loads: bool, target: int, base: int, width: int, status: int, offset: int
) -> Instruction:
    if loads:
        does = Operation.LDREX
        return single(SIZE, True, target, base, width, immediate=offset, operation=does)
    return Instruction(
        SIZE,
        Operation.STREX,
        writes=1 << status,
        reads=(1 << base | 1 << target) & ~PC,
        target=target,
        base=base,
        immediate=offset,
        moves=1 << target,
        width=width,
    )


def _table_branch(base: int, other: int, width: int) -> Instruction:
    return Instruction(
        SIZE,
        Operation.TABLE_BRANCH,
        reads=(1 << base | 1 << other) & ~PC,
        changes_pc=True,
        base=base,
        other=other,
        shift=Shift("lsl", width - 1),
        immediate=0,
        width=width,
    )


def _single(first: int, second: int) -> Instruction:
    """A5.3.7 to A5.3.10."""
    base, target, loads = first & 0xF, second >> 12, bool(first & 0x10)
    width, extends_sign = 1 << (first >> 5 & 3), bool(first & 0x0100)
    if width > WORD or (extends_sign and width == WORD):
        return undefined(SIZE)
    if not loads and (base == PC_NUMBER or extends_sign):
        return undefined(SIZE)
    if loads and target == PC_NUMBER and width < WORD:  # or a hint that is not allocated
        return Instruction(SIZE, Operation.PRELOAD, reads=1 << base & ~PC, base=base)
    if base == PC_NUMBER:
        offset = second & 0xFFF if first & 0x80 else -(second & 0xFFF)
        return single(SIZE, loads, target, base, width, immediate=offset)
    if first & 0x80:
        return single(SIZE, loads, target, base, width, immediate=second & 0xFFF)
    if second & 0x0800:
        return _indexed(loads, target, base, width, second)
    if second & 0x07C0:
        return undefined(SIZE)
    shift = Shift("lsl", second >> 4 & 3)
    return single(SIZE, loads, target, base, width, other=second & 0xF, shift=shift)


def _indexed(loads: bool, target: int, base: int, width: int, second: int) -> Instruction:
    """8 bits of offset, with a step before or after, or as if unprivileged."""
    before, adds, writeback = second & 0x0400, second & 0x0200, second & 0x0100
    if not before and not writeback:
        return undefined(SIZE)
    offset = second & 0xFF if adds else -(second & 0xFF)
    unprivileged = before and adds and not writeback
    if not unprivileged:
        step = offset if writeback else None
        at = offset if before else 0
        return single(SIZE, loads, target, base, width, immediate=at, step=step)
    does = Operation.LDRT if loads else Operation.STRT
    return single(SIZE, loads, target, base, width, immediate=offset, operation=does)


_READERS: tuple[tuple[int, int, _Reader], ...] = (
    (0xF800, 0xF000, _branch_or_control),
    (0xFE00, 0xF800, _single),
    (0xFE00, 0xEA00, _with_shifted_register),
    (0xFE40, 0xE840, _pair_or_exclusive),
    (0xFE40, 0xE800, _multiple),
    (0xFF00, 0xFA00, decode_register),
    (0xFF00, 0xFB00, decode_multiply),
    (0xEC00, 0xEC00, decode_coprocessor),
)
"""(mask, bits of the first halfword, reader), the frequent ones first."""
