"""Instructions of 16 bits (ARM DDI 0403E, A5.2)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.armv7m.thumb.instruction import (
    LR,
    PC,
    PC_NUMBER,
    SP_NUMBER,
    UNSHIFTED,
    Instruction,
    Shift,
)
from workbench.armv7m.thumb.operation import Operation
from workbench.armv7m.thumb.shapes import (
    COMPARES,
    WORD,
    branch,
    hint,
    multiple,
    process,
    signed,
    single,
    undefined,
)

SIZE = 2

_Reader = Callable[[int], Instruction]

_SHIFTS = ("lsl", "lsr", "asr")
# By the four bits of A5.2.2
_DATA_PROCESSING = (
    (Operation.AND, ""),
    (Operation.EOR, ""),
    (Operation.SHIFT, "lsl"),
    (Operation.SHIFT, "lsr"),
    (Operation.SHIFT, "asr"),
    (Operation.ADC, ""),
    (Operation.SBC, ""),
    (Operation.SHIFT, "ror"),
    (Operation.TST, ""),
    (Operation.RSB, ""),
    (Operation.CMP, ""),
    (Operation.CMN, ""),
    (Operation.ORR, ""),
    (Operation.MULTIPLY, ""),
    (Operation.BIC, ""),
    (Operation.MVN, ""),
)
# STR, STRH, STRB, LDRSB, LDR, LDRH, LDRB, LDRSH (A5.2.4): the bytes that each moves
_REGISTER_OFFSET_WIDTHS = (4, 2, 1, 1, 4, 2, 1, 2)
_REVERSES = (0, 1, 3)  # REV, REV16, REVSH


def decode_narrow(first: int) -> Instruction:
    """Return the instruction that `first`, which begins none of 32 bits, is."""
    return next(read for end, read in _READERS if first < end)(first)


def _shift_by_number(first: int) -> Instruction:
    name, places = _SHIFTS[first >> 11], first >> 6 & 0x1F
    shift = Shift(name, places or (0 if name == "lsl" else 32))
    return process(SIZE, Operation.MOV, first & 7, None, first >> 3 & 7, shift=shift)


def _add_or_subtract(first: int) -> Instruction:
    operation = Operation.SUB if first & 0x0200 else Operation.ADD
    operand = first >> 6 & 7
    if first & 0x0400:
        return process(SIZE, operation, first & 7, first >> 3 & 7, immediate=operand)
    return process(SIZE, operation, first & 7, first >> 3 & 7, operand)


def _number(first: int) -> Instruction:
    """MOV, CMP, ADD and SUB of 8 bits."""
    operation = (Operation.MOV, Operation.CMP, Operation.ADD, Operation.SUB)[first >> 11 & 3]
    register = first >> 8 & 7
    target = None if operation is Operation.CMP else register
    base = None if operation is Operation.MOV else register
    return process(SIZE, operation, target, base, immediate=first & 0xFF)


def _data_processing(first: int) -> Instruction:
    """A5.2.2."""
    operation, shift = _DATA_PROCESSING[first >> 6 & 0xF]
    low, middle = first & 7, first >> 3 & 7
    if operation is Operation.RSB:
        return process(SIZE, operation, low, middle, immediate=0)
    target = None if operation in COMPARES else low
    base = None if operation is Operation.MVN else low
    by = Shift(shift, 0) if shift else UNSHIFTED
    return process(SIZE, operation, target, base, middle, shift=by)


def _special_data(first: int) -> Instruction:
    """ADD, CMP and MOV of all registers (A5.2.3)."""
    operation = (Operation.ADD, Operation.CMP, Operation.MOV)[first >> 8 & 3]
    low, middle = first >> 4 & 8 | first & 7, first >> 3 & 0xF
    target = None if operation is Operation.CMP else low
    base = None if operation is Operation.MOV else low
    return process(SIZE, operation, target, base, middle)


def _branch_exchange(first: int) -> Instruction:
    if first & 7:  # BXNS and BLXNS of ARMv8-M
        return undefined(SIZE)
    links, register = bool(first & 0x80), first >> 3 & 0xF
    return Instruction(
        SIZE,
        Operation.BLX if links else Operation.BX,
        writes=LR if links else 0,
        reads=1 << register & ~PC,
        changes_pc=True,
        other=register,
    )


def _literal(first: int) -> Instruction:
    offset = (first & 0xFF) * WORD
    return single(SIZE, True, first >> 8 & 7, PC_NUMBER, WORD, immediate=offset)


def _register_offset(first: int) -> Instruction:
    number = first >> 9 & 7
    width, loads = _REGISTER_OFFSET_WIDTHS[number], number >= 3
    return single(SIZE, loads, first & 7, first >> 3 & 7, width, other=first >> 6 & 7)


def _immediate_offset(first: int) -> Instruction:
    width = {6: WORD, 7: 1, 8: 2}[first >> 12]
    offset = (first >> 6 & 0x1F) * width
    return single(SIZE, bool(first & 0x0800), first & 7, first >> 3 & 7, width, immediate=offset)


def _sp_offset(first: int) -> Instruction:
    loads, offset = bool(first & 0x0800), (first & 0xFF) * WORD
    return single(SIZE, loads, first >> 8 & 7, SP_NUMBER, WORD, immediate=offset)


def _address(first: int) -> Instruction:
    """ADR, and ADD of SP to a register."""
    base = SP_NUMBER if first & 0x0800 else PC_NUMBER
    offset = (first & 0xFF) * WORD
    return process(SIZE, Operation.ADD, first >> 8 & 7, base, immediate=offset)


def _narrow_multiple(first: int) -> Instruction:
    loads, base, registers = bool(first & 0x0800), first >> 8 & 7, first & 0xFF
    writeback = not (loads and registers >> base & 1)
    return multiple(SIZE, loads, registers, base, below=False, writeback=writeback)


def _miscellaneous(first: int) -> Instruction:
    """A5.2.5."""
    return next((read for mask, bits, read in _OTHERS if first & mask == bits), _trap)(first)


def _trap(_: int) -> Instruction:
    return undefined(SIZE)


def _move_sp(first: int) -> Instruction:
    operation = Operation.SUB if first & 0x80 else Operation.ADD
    offset = (first & 0x7F) * WORD
    return process(SIZE, operation, SP_NUMBER, SP_NUMBER, immediate=offset)


def _compare_and_branch(first: int) -> Instruction:
    offset = first >> 3 & 0x40 | first >> 2 & 0x3E
    return Instruction(
        SIZE,
        Operation.CBZ,
        reads=1 << (first & 7),
        changes_pc=True,
        base=first & 7,
        immediate=offset,
    )


def _push(first: int) -> Instruction:
    registers = first & 0xFF | (LR if first & 0x100 else 0)
    return multiple(SIZE, False, registers, SP_NUMBER, below=True, writeback=True)


def _pop(first: int) -> Instruction:
    registers = first & 0xFF | (PC if first & 0x100 else 0)
    return multiple(SIZE, True, registers, SP_NUMBER, below=False, writeback=True)


def _if_then_or_hint(first: int) -> Instruction:
    if mask := first & 0xF:
        condition = first >> 4 & 0xF
        return Instruction(SIZE, Operation.IT, immediate=mask, condition=condition)
    return Instruction(SIZE, hint(first >> 4 & 0xF))


def _extend(first: int) -> Instruction:
    return process(SIZE, Operation.EXTEND, first & 7, None, first >> 3 & 7)


def _reverse(first: int) -> Instruction:
    if first >> 6 & 3 not in _REVERSES:
        return undefined(SIZE)
    return process(SIZE, Operation.REVERSE, first & 7, None, first >> 3 & 7)


def _with_bits(operation: Operation, mask: int) -> _Reader:
    return lambda first: Instruction(SIZE, operation, immediate=first & mask)


_OTHERS: tuple[tuple[int, int, _Reader], ...] = (
    (0xFF00, 0xB000, _move_sp),
    (0xF500, 0xB100, _compare_and_branch),
    (0xFE00, 0xB400, _push),
    (0xFE00, 0xBC00, _pop),
    (0xFF00, 0xBF00, _if_then_or_hint),
    (0xFF00, 0xB200, _extend),
    (0xFF00, 0xBA00, _reverse),
    (0xFFE8, 0xB660, _with_bits(Operation.CPS, 0x1F)),
    (0xFF00, 0xBE00, _with_bits(Operation.BKPT, 0xFF)),
)
"""(mask, bits, reader)."""


def _conditional(first: int) -> Instruction:
    """B by a condition; UDF and SVC have the two codes that are not conditions (A5.2.6)."""
    condition = first >> 8 & 0xF
    if condition == 0xE:
        return Instruction(SIZE, Operation.UDF, immediate=first & 0xFF)
    if condition == 0xF:
        return Instruction(SIZE, Operation.SVC, immediate=first & 0xFF)
    return branch(SIZE, Operation.B, 2 * signed(first & 0xFF, 8), condition)


def _branch(first: int) -> Instruction:
    return branch(SIZE, Operation.B, 2 * signed(first & 0x7FF, 11))


_READERS: tuple[tuple[int, _Reader], ...] = (
    (0x1800, _shift_by_number),
    (0x2000, _add_or_subtract),
    (0x4000, _number),
    (0x4400, _data_processing),
    (0x4700, _special_data),
    (0x4800, _branch_exchange),
    (0x5000, _literal),
    (0x6000, _register_offset),
    (0x9000, _immediate_offset),
    (0xA000, _sp_offset),
    (0xB000, _address),
    (0xC000, _miscellaneous),
    (0xD000, _narrow_multiple),
    (0xE000, _conditional),
    (0xE800, _branch),
)
"""Each for what lies below its first number."""
