"""What the bases of accesses that must be aligned are made of, as far as code says it.

The two lowest bits of a base decide. In straight code they follow, modulo 4, from the registers at
its start: an `Expression` is a sum of registers, each taken 0 to 3 times, and a number. So a block
is looked at once, and each time before it executes a few registers are, instead of each access.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.armv7m import thumb
from workbench.armv7m.thumb import UNSHIFTED, BlockFlag, Instruction, Kind, Operation, Shift

Expression = int
"""Two bits for each of r0 to r15, how often it is taken, and above them two bits of the number."""

_NUMBER = 32  # where the number begins
_LOW_BITS = 0x1_5555_5555
_SP, _PC = 13, 15
_MULTIPLE = int(BlockFlag.MULTIPLE)
_LOADS = (Kind.LOAD, Kind.LOAD_MULTIPLE)


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
    for offset, one in thumb.instructions(code):
        if one.flags & _MULTIPLE and one.base is not None:
            found.append(Access(offset, registers[one.base], bool(conditional)))
        _execute(registers, one, bool(conditional))
        conditional = one.makes_conditional or max(0, conditional - 1)
    return found


def low_bits(base: Expression, read_register: Callable[[str], int]) -> int:
    """Return the two lowest bits that `base` has now."""
    total = base >> _NUMBER
    for number in range(15):
        if times := base >> 2 * number & 3:
            total += times * read_register(thumb.register_name(number))
    return total & 3


def _execute(registers: list[Expression | None], one: Instruction, is_conditional: bool) -> None:
    """Let an instruction change the registers."""
    if not one.writes:
        return
    target, value = _result(registers, one)
    for number in range(13):
        if one.writes >> number & 1:
            known = number == target and not is_conditional
            registers[number] = value if known else None
    registers[14] = None if one.writes >> 14 & 1 else registers[14]


def _result(
    registers: list[Expression | None], one: Instruction
) -> tuple[int | None, Expression | None]:
    """Return the register that an instruction writes, and its value if that is simple."""
    if one.step is not None and one.base is not None:
        loaded = one.moves if one.kind in _LOADS else 0
        is_lost = loaded >> one.base & 1
        return one.base, None if is_lost else _sum(registers[one.base], _number(one.step))
    if one.accesses_memory or one.target is None:
        return None, None
    if one.operation is Operation.MOVT:
        return one.target, registers[one.target]
    return one.target, _computed(registers, one)


def _computed(registers: list[Expression | None], one: Instruction) -> Expression | None:
    """ADD, SUB, MOV, AND, BIC of a number or of a register shifted to the left."""
    number = one.immediate
    if number is None:
        other = _shifted(None if one.other is None else registers[one.other], one.shift)
    else:
        other = _number(number)
    if one.operation is Operation.MOV:
        return other
    base = 0 if one.base == _PC or one.base is None else registers[one.base]
    if one.operation is Operation.ADD:
        return _sum(base, other)
    if one.operation is Operation.SUB:
        return _sum(base, _negative(other))
    if number is None:
        return None
    clears = (one.operation, number & 3) in ((Operation.AND, 0), (Operation.BIC, 3))
    return 0 if clears else None


def _number(value: int) -> Expression:
    return (value & 3) << _NUMBER


def _sum(one: Expression | None, other: Expression | None) -> Expression | None:
    if one is None or other is None:
        return None
    return one ^ other ^ (one & other & _LOW_BITS) << 1


def _negative(one: Expression | None) -> Expression | None:
    return _sum(one, _sum(one, one))


def _shifted(one: Expression | None, shift: Shift) -> Expression | None:
    if shift.name != UNSHIFTED.name:
        return None
    if shift.places > 1:
        return 0
    return _sum(one, one) if shift.places else one
