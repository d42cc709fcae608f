"""Instructions of the floating-point extension in the terms of their timing (ARM DDI 0403E, A6)."""

from __future__ import annotations

from workbench.timing.instruction import FIRST_SINGLE, PC, Instruction, Kind, Registers

_SIZE = 4
_COPROCESSORS = 0xA  # 10 and 11: single and double registers
_TO_CORE = 0x10  # bit of the first halfword: to a register of the core, or a load


def decode_float(first: int, second: int) -> Instruction:
    """Return an instruction of coprocessor 10 or 11; others are not there and trap."""
    if second >> 8 & 0xE != _COPROCESSORS or first & 0x1000 or first & 0x0300 == 0x0300:
        return Instruction(_SIZE, Kind.SYSTEM)
    if first & 0xFFE0 == 0xEC40:
        return _move_pair(first, second)
    if first & 0xFE00 == 0xEC00:
        return _load_or_store(first, second)
    return _move(first, second) if second & 0x10 else _data_processing(first, second)


def _registers(number: int, extra: int, is_double: bool, count: int = 1) -> Registers:
    """Return `count` registers from four bits and one: the lowest of Sn's, the highest of Dn's."""
    singles = 2 * (extra << 4 | number) if is_double else number << 1 | extra
    return ((1 << count * (2 if is_double else 1)) - 1) << (FIRST_SINGLE + singles)


def _d(first: int, second: int) -> Registers:
    return _registers(second >> 12, first >> 6 & 1, bool(second & 0x100))


def _n(first: int, second: int) -> Registers:
    return _registers(first & 0xF, second >> 7 & 1, bool(second & 0x100))


def _m(second: int, count: int = 1) -> Registers:
    return _registers(second & 0xF, second >> 5 & 1, bool(second & 0x100), count)


def _move_pair(first: int, second: int) -> Instruction:
    """A6.7: VMOV between two registers of the core and a double or two single ones."""
    core = 1 << (second >> 12) | 1 << (first & 0xF)
    fpu = _m(second, 1 if second & 0x100 else 2)
    reads, writes = (fpu, core) if first & _TO_CORE else (core, fpu)
    return Instruction(_SIZE, Kind.FLOAT_MOVE_PAIR, writes=writes, reads=reads)


def _load_or_store(first: int, second: int) -> Instruction:
    """A6.6: VLDR, VSTR, VLDM, VSTM, VPUSH, VPOP. All take as long as a multiple of the core."""
    is_double, base, loads = bool(second & 0x100), 1 << (first & 0xF), bool(first & _TO_CORE)
    is_one = first & 0x0120 == 0x0100  # P without W: VLDR, VSTR
    count = 1 if is_one else (second & 0xFF) >> is_double
    registers = _registers(second >> 12, first >> 6 & 1, is_double, count)
    return Instruction(
        _SIZE,
        Kind.LOAD_MULTIPLE if loads else Kind.STORE_MULTIPLE,
        writes=(registers if loads else 0) | (base if first & 0x20 else 0),
        forms_address=base,
        literal=is_one and base == PC,
        words=count << is_double,
    )


def _move(first: int, second: int) -> Instruction:
    """A6.5: VMOV between a register of the core and a single one, or half a double; VMRS, VMSR."""
    core = 1 << (second >> 12)
    fpu = 0 if first & 0xE0 == 0xE0 else _n(first, second)
    to_core = bool(first & _TO_CORE)
    if to_core and core == PC:  # VMRS to the flags
        return Instruction(_SIZE, Kind.FLOAT)
    reads, writes = (fpu, core) if to_core else (core, fpu)
    return Instruction(_SIZE, Kind.FLOAT, writes=writes, reads=reads)


def _data_processing(first: int, second: int) -> Instruction:
    """A6.4."""
    operation, is_second = first >> 4 & 0xB, bool(second & 0x40)
    d, n, m = _d(first, second), _n(first, second), _m(second)
    if operation in (0, 1, 9, 10):  # VMLA, VMLS, VNMLA, VNMLS; VFNMA, VFNMS; VFMA, VFMS
        return Instruction(_SIZE, Kind.FLOAT_FUSED, writes=d, reads=d | n | m)
    if operation == 8:
        return Instruction(_SIZE, Kind.FLOAT_DIVIDE, writes=d, reads=n | m)
    if operation != 0xB:  # VMUL, VNMUL, VADD, VSUB
        return Instruction(_SIZE, Kind.FLOAT, writes=d, reads=n | m)
    other = first & 0xF
    if not is_second:  # VMOV of a constant
        return Instruction(_SIZE, Kind.FLOAT, writes=d)
    if other == 1 and second & 0x80:
        return Instruction(_SIZE, Kind.FLOAT_DIVIDE, writes=d, reads=m)  # VSQRT
    if other in (4, 5):  # VCMP, with a register or zero
        return Instruction(_SIZE, Kind.FLOAT, reads=d | (m if other == 4 else 0))
    if other & 0xA == 0xA:  # VCVT with a fixed point: in place
        return Instruction(_SIZE, Kind.FLOAT, writes=d, reads=d)
    return Instruction(_SIZE, Kind.FLOAT, writes=d, reads=m)
