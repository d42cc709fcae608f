"""Data processing of 32 bits with registers alone, multiplies and divides (A5.3.12 to A5.3.17)."""

from __future__ import annotations

from workbench.armv7m.thumb.instruction import PC, PC_NUMBER, UNSHIFTED, Instruction, Shift
from workbench.armv7m.thumb.operation import Operation
from workbench.armv7m.thumb.shapes import process, undefined

_SIZE = 4
_SHIFTS = ("lsl", "lsr", "asr", "ror")
_EXTENDS = 6  # SXTH, UXTH, SXTB16, UXTB16, SXTB, UXTB
# Three bits of A5.3.13 and A5.3.14: ADD8, ADD16, ASX, SUB8, SUB16, SAX
_PARALLEL = frozenset({0, 1, 2, 4, 5, 6})
_DIVIDES = {0b001: Operation.SDIV, 0b011: Operation.UDIV}
# By the three bits `op1` of A5.3.16: `op2` of what there is
_MULTIPLIES = (
    frozenset({0, 1}),  # MLA, MUL; MLS
    frozenset({0, 1, 2, 3}),  # SMLABB to SMULTT
    frozenset({0, 1}),  # SMLAD, SMUAD
    frozenset({0, 1}),  # SMLAWB to SMULWT
    frozenset({0, 1}),  # SMLSD, SMUSD
    frozenset({0, 1}),  # SMMLA, SMMUL
    frozenset({0, 1}),  # SMMLS
    frozenset({0}),  # USADA8, USAD8
)
# The same of A5.3.17
_LONG_MULTIPLIES = (
    frozenset({0}),  # SMULL
    frozenset[int](),
    frozenset({0}),  # UMULL
    frozenset[int](),
    frozenset({0, 8, 9, 10, 11, 12, 13}),  # SMLAL, SMLALBB to SMLALTT, SMLALD
    frozenset({12, 13}),  # SMLSLD
    frozenset({0, 6}),  # UMLAL, UMAAL
    frozenset[int](),
)
_FIRST_ACCUMULATING = 0b100


def decode_register(first: int, second: int) -> Instruction:
    """Return one of A5.3.12."""
    if second & 0xF000 != 0xF000:
        return undefined(_SIZE)
    target, base, other = second >> 8 & 0xF, first & 0xF, second & 0xF
    high, low = first >> 4 & 0xF, second >> 4 & 0xF
    if high < 8 and low == 0:
        shift = Shift(_SHIFTS[high >> 1], 0)
        return process(_SIZE, Operation.SHIFT, target, base, other, shift=shift)
    if high < _EXTENDS and low >= 8:
        adds = None if base == PC_NUMBER else base
        turn = Shift("ror", 8 * (low & 3)) if low & 3 else UNSHIFTED
        return process(_SIZE, Operation.EXTEND, target, adds, other, shift=turn)
    if high >= 8 and low < 8 and low & 3 < 3 and high & 7 in _PARALLEL:
        return process(_SIZE, Operation.PARALLEL, target, base, other)
    operation = _miscellaneous(high, low)
    if operation in (Operation.REVERSE, Operation.CLZ):
        return process(_SIZE, operation, target, None, other)
    return process(_SIZE, operation, target, base, other) if operation else undefined(_SIZE)


def _miscellaneous(high: int, low: int) -> Operation | None:
    """A5.3.15."""
    if high == 0b1000 and 8 <= low < 12:
        return Operation.SATURATING
    if high == 0b1001 and 8 <= low < 12:
        return Operation.REVERSE
    if high == 0b1010 and low == 8:
        return Operation.SEL
    return Operation.CLZ if high == 0b1011 and low == 8 else None


def decode_multiply(first: int, second: int) -> Instruction:
    """Return one of A5.3.16 and A5.3.17."""
    high, low = first >> 4 & 7, second >> 4 & 0xF
    target, base, other = second >> 8 & 0xF, first & 0xF, second & 0xF
    if first & 0x80:
        if high in _DIVIDES and low == 0xF:
            return process(_SIZE, _DIVIDES[high], target, base, other)
        return _long(high, low, second, base)
    if low not in _MULTIPLIES[high]:
        return undefined(_SIZE)
    adds = second >> 12
    reads = 1 << base | 1 << other | (1 << adds if adds != PC_NUMBER else 0)
    return Instruction(
        _SIZE,
        Operation.MULTIPLY,
        writes=1 << target & ~PC,
        reads=reads & ~PC,
        changes_pc=target == PC_NUMBER,
        target=target,
        base=base,
        other=other,
    )


def _long(high: int, low: int, second: int, base: int) -> Instruction:
    """Two registers for the product, to which it is added from op1 0b100 on."""
    if low not in _LONG_MULTIPLIES[high]:
        return undefined(_SIZE)
    product = 1 << (second >> 12) | 1 << (second >> 8 & 0xF)
    accumulated = product if high >= _FIRST_ACCUMULATING else 0
    return Instruction(
        _SIZE,
        Operation.MULTIPLY_LONG,
        writes=product & ~PC,
        reads=(1 << base | 1 << (second & 0xF) | accumulated) & ~PC,
        changes_pc=bool(product & PC),
        base=base,
        other=second & 0xF,
    )
