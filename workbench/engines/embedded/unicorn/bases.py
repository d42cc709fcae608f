"""What the bases of accesses that must be aligned are made of, as far as code says it.

The two lowest bits of a base decide. In straight code they follow, modulo 4, from the registers at
its start: an `Expression` is a sum of registers, each taken 0 to 3 times, and a number. So a block
is looked at once, and each time before it executes a few registers are, instead of each access.

Encodings: ARM DDI 0403E, A5.2 and A5.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.armv7m import thumb
from workbench.armv7m.thumb import BlockFlag
from workbench.timing.decode import decode

Expression = int
"""Two bits for each of r0 to r15, how often it is taken, and above them two bits of the number."""

_NUMBER = 32  # where the number begins
_LOW_BITS = 0x1_5555_5555
_SP, _PC = 13, 15
_MULTIPLE = int(BlockFlag.MULTIPLE)


@dataclass(frozen=True)
class Access:
    """An access that must be aligned, at `offset` in its block.

    base: at the start of the block; None where that does not tell.
    """

    offset: int
    base: Expression | None
    is_conditional: bool


def accesses(code: bytes, is_conditional: bool) -> list[Access]:
    """Return those of a block; `is_conditional`: it begins within an IT block."""
    found: list[Access] = []
    registers: list[Expression | None] = [1 << 2 * number for number in range(16)]
    registers[_SP], registers[_PC] = 0, None
    conditional = 4 * is_conditional  # instructions of an IT block that may still come
    for offset, first, second in thumb.instructions(code):
        if thumb.flags_of(first, second) & _MULTIPLE:
            base = registers[thumb.base_register(first)]
            found.append(Access(offset, base, bool(conditional)))
        _execute(registers, first, second, bool(conditional))
        conditional = thumb.it_length(first) or max(0, conditional - 1)
    return found


def low_bits(base: Expression, read_register: Callable[[str], int]) -> int:
    """Return the two lowest bits that `base` has now."""
    total = base >> _NUMBER
    for number in range(15):
        if times := base >> 2 * number & 3:
            total += times * read_register(thumb.register_name(number))
    return total & 3


def _execute(
    registers: list[Expression | None], first: int, second: int, is_conditional: bool
) -> None:
    """Let an instruction change the registers."""
    wide = thumb.is_wide(first)
    writes = decode(first.to_bytes(2, "little") + second.to_bytes(2, "little") * wide).writes
    target, value = (_wide_result if wide else _narrow_result)(registers, first, second)
    for number in range(13):
        if writes >> number & 1:
            known = number == target and not is_conditional
            registers[number] = value if known else None
    registers[14] = None if writes >> 14 & 1 else registers[14]


def _narrow_result(
    registers: list[Expression | None], first: int, second: int
) -> tuple[int, Expression | None]:
    """Return the register that a 16-bit instruction writes, and its value if that is simple."""
    low, middle, high = first & 7, first >> 3 & 7, first >> 8 & 7
    if first < 0x0800:  # LSL by a number, 0 for MOV
        return low, _shifted(registers[middle], first >> 6 & 0x1F)
    if 0x1800 <= first < 0x2000:  # ADD, SUB of a register or of three bits
        other = _number(first >> 6 & 7) if first & 0x400 else registers[first >> 6 & 7]
        return low, _sum(registers[middle], _negative(other) if first & 0x200 else other)
    if 0x2000 <= first < 0x2800:
        return high, _number(first)  # MOV
    if 0x3000 <= first < 0x4000:
        number = _number(first)
        return high, _sum(registers[high], _negative(number) if first & 0x800 else number)
    any_low, any_middle = first & 7 | first >> 4 & 8, first >> 3 & 0xF
    if first & 0xFF00 == 0x4400:
        return any_low, _sum(registers[any_low], registers[any_middle])
    if first & 0xFF00 == 0x4600:
        return any_low, registers[any_middle]
    if 0xA000 <= first < 0xB000:
        return high, 0  # ADR, ADD to SP: both are aligned
    if first & 0xF000 == 0xC000:  # LDM, STM: write-back is by whole words
        return high, None if first & 0x800 and first >> high & 1 else registers[high]
    return -1, None


def _wide_result(
    registers: list[Expression | None], first: int, second: int
) -> tuple[int, Expression | None]:
    """The same for 32 bits."""
    base, target = first & 0xF, second >> 8 & 0xF
    if thumb.flags_of(first, second) & _MULTIPLE:  # write-back is by whole words
        return base, None if _loads(base, first, second) else registers[base]
    if first & 0xFE00 == 0xEA00:
        return target, _of_register(registers, first, second)
    if first & 0xF800 == 0xF000 and not second & 0x8000:
        if first & 0x240 == 0x240 and first & 0x1A0 == 0x080:
            return target, registers[target]  # MOVT
        return target, _of_number(registers[base] if base != _PC else 0, first, second)
    if first & 0xFE80 == 0xF800 and second & 0x900 == 0x900:  # LDR, STR with write-back
        number = _number(second)
        return base, _sum(registers[base], number if second & 0x200 else _negative(number))
    return -1, None


def _loads(base: int, first: int, second: int) -> bool:
    """Whether LDM or LDRD load the base itself."""
    if first & 0xFE10 != 0xE810:
        return False
    if first & 0x40:  # LDRD
        return base in (second >> 12, second >> 8 & 0xF)
    return bool(second >> base & 1)


def _of_register(registers: list[Expression | None], first: int, second: int) -> Expression | None:
    """ADD, SUB, MOV with a register shifted to the left."""
    base, operation = first & 0xF, first >> 5 & 0xF
    if second & 0x30 or first & 0xFE00 != 0xEA00:
        return None
    other = _shifted(registers[second & 0xF], second >> 10 & 0x1C | second >> 6 & 3)
    if operation == 0b0010 and base == _PC:
        return other  # MOV, LSL
    if operation == 0b1000:
        return _sum(registers[base], other)
    return _sum(registers[base], _negative(other)) if operation == 0b1101 else None


def _of_number(base: Expression | None, first: int, second: int) -> Expression | None:
    """ADD, SUB, MOV, AND, BIC with a number; `base` is aligned if it is PC."""
    operation = first >> 5 & 0xF
    if first & 0x200:  # plain numbers of 12 and 16 bits
        number = _number(second)
        if operation == 0b0010:
            return number  # MOVW
        if operation == 0b0000:
            return _sum(base, number)
        return _sum(base, _negative(number)) if operation == 0b0101 else None
    low = _expanded(first, second) & 3
    number = _number(low)
    if operation == 0b0010 and first & 0xF == _PC:
        return number  # MOV
    if operation == 0b1000:
        return _sum(base, number)
    if operation == 0b1101:
        return _sum(base, _negative(number))
    return 0 if (operation, low) in ((0b0000, 0), (0b0001, 3)) else None


def _expanded(first: int, second: int) -> int:
    """ThumbExpandImm (A5.3.2)."""
    byte, high = second & 0xFF, first >> 7 & 8 | second >> 12 & 7
    if high < 4:
        return byte * (1, 0x00010001, 0x01000100, 0x01010101)[high]
    turn = high << 1 | byte >> 7
    return (0x80 | byte & 0x7F) << 32 >> turn & 0xFFFFFFFF


def _number(value: int) -> Expression:
    return (value & 3) << _NUMBER


def _sum(one: Expression | None, other: Expression | None) -> Expression | None:
    if one is None or other is None:
        return None
    return one ^ other ^ (one & other & _LOW_BITS) << 1


def _negative(one: Expression | None) -> Expression | None:
    return _sum(one, _sum(one, one))


def _shifted(one: Expression | None, places: int) -> Expression | None:
    """To the left."""
    if places > 1:
        return 0
    return _sum(one, one) if places else one
