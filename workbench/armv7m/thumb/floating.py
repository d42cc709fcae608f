"""Instructions of coprocessors, of which the FPU is 10 and 11 (ARM DDI 0403E, A5.3.18, A6)."""

from __future__ import annotations

from workbench.armv7m.thumb.instruction import FIRST_SINGLE, PC, Instruction, Registers
from workbench.armv7m.thumb.operation import Operation

_SIZE = 4
_WORD = 4
_COPROCESSORS = 0xA  # 10 and 11: single and double registers
_TO_CORE = 0x10  # bit of the first halfword: to a register of the core, or a load
_TO_FLAGS = 15  # VMRS: the flags instead of a register
# P, U and W of VLDR and VSTR, and of VLDM and VSTM: upwards, upwards with write-back, down with it
_ONE = frozenset({0b100, 0b110})
_SEVERAL = frozenset({0b010, 0b011, 0b101})
# Of A6.4: VCVT between single and double, to and from an integer, which is in a single register
_OTHER_WIDTH, _FROM_INTEGER, _TO_INTEGER = 7, 8, (0xC, 0xD)
_NOT_ALLOCATED = 9  # of A6.4, "Other floating-point data-processing instructions"


def decode_coprocessor(first: int, second: int) -> Instruction:
    """Return an instruction of coprocessor 10 or 11; others are not there and trap."""
    coprocessor = second >> 8 & 0xF
    if coprocessor & 0xE != _COPROCESSORS:
        is_simd = first & 0x0F00 == 0x0F00  # of no coprocessor (A5.3.18)
        return Instruction(_SIZE, Operation.UNDEFINED, coprocessor=None if is_simd else coprocessor)
    if first & 0x1000 or first & 0x0300 == 0x0300:
        return _undefined(coprocessor)
    if first & 0xFFE0 == 0xEC40:
        return _move_pair(first, second)
    if first & 0xFE00 == 0xEC00:
        return _load_or_store(first, second)
    return _move(first, second) if second & 0x10 else _data_processing(first, second)


def _undefined(coprocessor: int) -> Instruction:
    return Instruction(_SIZE, Operation.UNDEFINED, coprocessor=coprocessor)


def _registers(number: int, extra: int, is_double: bool, count: int = 1) -> Registers:
    """Return `count` registers from four bits and one: the lowest of Sn's, the highest of Dn's."""
    singles = 2 * (extra << 4 | number) if is_double else number << 1 | extra
    return ((1 << count * (2 if is_double else 1)) - 1) << (FIRST_SINGLE + singles)


def _d(first: int, second: int, turns: bool = False) -> Registers:
    """Dd or Sd; `turns`: it is of the other width than the instruction."""
    return _registers(second >> 12, first >> 6 & 1, bool(second & 0x100) != turns)


def _n(first: int, second: int) -> Registers:
    return _registers(first & 0xF, second >> 7 & 1, bool(second & 0x100))


def _m(second: int, count: int = 1, turns: bool = False) -> Registers:
    return _registers(second & 0xF, second >> 5 & 1, bool(second & 0x100) != turns, count)


def _float(
    operation: Operation, second: int, writes: Registers, reads: Registers = 0
) -> Instruction:
    coprocessor = second >> 8 & 0xF
    return Instruction(_SIZE, operation, writes=writes, reads=reads, coprocessor=coprocessor)


def _move_pair(first: int, second: int) -> Instruction:
    """A6.7: VMOV between two registers of the core and a double or two single ones."""
    core = 1 << (second >> 12) | 1 << (first & 0xF)
    fpu = _m(second, 1 if second & 0x100 else 2)
    reads, writes = (fpu, core) if first & _TO_CORE else (core, fpu)
    return _float(Operation.VMOV_PAIR, second, writes, reads)


def _load_or_store(first: int, second: int) -> Instruction:
    """A6.6: VLDR, VSTR, VLDM, VSTM, VPUSH, VPOP."""
    shape = first >> 6 & 4 | first >> 6 & 2 | first >> 5 & 1
    is_one = shape in _ONE
    if not is_one and shape not in _SEVERAL:
        return _undefined(second >> 8 & 0xF)
    is_double, base, loads = bool(second & 0x100), first & 0xF, bool(first & _TO_CORE)
    count = 1 if is_one else (second & 0xFF) >> is_double
    moves = _registers(second >> 12, first >> 6 & 1, is_double, count)
    offset = (second & 0xFF) * (_WORD if first & 0x80 else -_WORD)
    step = offset if first & 0x20 else None
    return Instruction(
        _SIZE,
        _access(is_one, loads),
        writes=(moves if loads else 0) | (0 if step is None else 1 << base),
        reads=(1 << base | (0 if loads else moves)) & ~PC,
        base=base,
        immediate=offset if is_one or offset < 0 else 0,
        moves=moves,
        width=_WORD,
        words=count << is_double,
        step=step,
        coprocessor=second >> 8 & 0xF,
    )


def _access(is_one: bool, loads: bool) -> Operation:
    if is_one:
        return Operation.VLDR if loads else Operation.VSTR
    return Operation.VLDM if loads else Operation.VSTM


def _move(first: int, second: int) -> Instruction:
    """A6.5: VMOV between a register of the core and a single one, or half a double; VMRS, VMSR."""
    core, to_core = second >> 12, bool(first & _TO_CORE)
    number = first >> 5 & 7
    if number == 7 and not second & 0x100:
        if not to_core:
            return _float(Operation.VMSR, second, 0, 1 << core)
        return _float(Operation.VMRS, second, 0 if core == _TO_FLAGS else 1 << core)
    if number > (1 if second & 0x100 else 0) or (second & 0x100 and second & 0x60):
        return _undefined(second >> 8 & 0xF)
    fpu = _n(first, second)
    reads, writes = (fpu, 1 << core) if to_core else (1 << core, fpu)
    return _float(Operation.VMOV_CORE, second, writes & ~PC, reads & ~PC)


def _data_processing(first: int, second: int) -> Instruction:
    """A6.4."""
    operation, is_second = first >> 4 & 0xB, bool(second & 0x40)
    d, n, m = _d(first, second), _n(first, second), _m(second)
    if operation in (0, 1, 9, 10):  # VMLA, VMLS, VNMLA, VNMLS; VFNMA, VFNMS; VFMA, VFMS
        return _float(Operation.FLOAT_FUSED, second, d, d | n | m)
    if operation == 8:
        if is_second:
            return _undefined(second >> 8 & 0xF)
        return _float(Operation.FLOAT_DIVIDE, second, d, n | m)
    if operation != 0xB:  # VMUL, VNMUL, VADD, VSUB
        return _float(Operation.FLOAT, second, d, n | m)
    return _other(first, second)


def _other(first: int, second: int) -> Instruction:
    """Operations of one operand."""
    number = first & 0xF
    is_double = bool(second & 0x100)
    converts = second & 0xC0 == 0xC0
    integer = is_double and number in _TO_INTEGER
    d = _d(first, second, integer or (number == _OTHER_WIDTH and converts))
    m = _m(second, 1, is_double and number == _FROM_INTEGER)
    if not second & 0x40:  # VMOV of a constant
        return _float(Operation.FLOAT, second, d)
    if number == _NOT_ALLOCATED:
        return _undefined(second >> 8 & 0xF)
    if number == 1 and second & 0x80:
        return _float(Operation.FLOAT_DIVIDE, second, d, m)  # VSQRT
    if number in (4, 5):  # VCMP, with a register or zero
        return _float(Operation.FLOAT, second, 0, d | (m if number == 4 else 0))
    if number & 0xA == 0xA:  # VCVT with a fixed point: in place
        return _float(Operation.FLOAT, second, d, d)
    return _float(Operation.FLOAT, second, d, m)
