"""Thumb-2 code as instructions in the terms of their timing (ARM DDI 0403E, A5.2 and A5.3).

Only what time depends on is decoded: a disassembler takes longer for that than the core for the
run, and a profile decodes thousands of instructions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

from workbench.armv7m.thumb import is_wide, it_length
from workbench.timing.decode_float import decode_float
from workbench.timing.instruction import LR, PC, SP, Instruction, Kind, Registers

MAX_BYTES = 4
_NARROW, _WIDE = 2, 4

_Reader = Callable[[int], Instruction]
_WideReader = Callable[[int, int], Instruction]


def decode(code: bytes) -> Instruction:
    """Return the instruction in the first bytes of `code`.

    What is undefined traps, or is data that a broken program ran into: Kind.SYSTEM.
    """
    return _decode(code[:MAX_BYTES] if is_wide(int.from_bytes(code[:2], "little")) else code[:2])


def decode_all(code: bytes) -> Iterator[tuple[int, Instruction]]:
    """Yield (offset, instruction) of straight code."""
    offset = 0
    while offset < len(code):
        one = decode(code[offset : offset + MAX_BYTES])
        yield offset, one
        offset += one.size


@cache
def _decode(code: bytes) -> Instruction:
    first = int.from_bytes(code[:2], "little")
    if is_wide(first):
        if len(code) < MAX_BYTES:  # the end of the code cuts it off
            return Instruction(_NARROW, Kind.SYSTEM)
        second = int.from_bytes(code[2:], "little")
        reader = next((read for mask, bits, read in _WIDE_READERS if first & mask == bits), None)
        return _undefined(_WIDE) if reader is None else reader(first, second)
    return next(read for end, read in _NARROW_READERS if first < end)(first)


def _undefined(size: int) -> Instruction:
    return Instruction(size, Kind.SYSTEM)


def _process(size: int, writes: Registers = 0) -> Instruction:
    """What takes one cycle; where it writes to PC it is a branch."""
    return Instruction(size, Kind.PROCESS, writes=writes & ~PC, changes_pc=bool(writes & PC))


def _branch(size: int, *, links: bool = False, immediate: bool = True) -> Instruction:
    return Instruction(
        size,
        Kind.BRANCH,
        writes=LR if links else 0,
        changes_pc=True,
        links=links,
        immediate=immediate,
    )


def _single(
    size: int,
    loads: bool,
    target: int,
    base: int,
    *,
    offset: Registers = 0,
    base_update: bool = False,
) -> Instruction:
    """A load or store of the register `target`, by numbers; `offset` is a register too."""
    to_pc = loads and 1 << target == PC
    return Instruction(
        size,
        Kind.LOAD if loads else Kind.STORE,
        writes=(1 << target & ~PC if loads else 0) | (1 << base if base_update else 0),
        forms_address=1 << base | offset,
        base_update=base_update,
        register_offset=bool(offset),
        literal=1 << base == PC,
        changes_pc=to_pc,
        loads_pc=to_pc,
    )


def _multiple(
    size: int, loads: bool, registers: Registers, base: Registers, writeback: bool
) -> Instruction:
    to_pc = loads and bool(registers & PC)
    return Instruction(
        size,
        Kind.LOAD_MULTIPLE if loads else Kind.STORE_MULTIPLE,
        writes=(registers & ~PC if loads else 0) | (base if writeback else 0),
        forms_address=base,
        words=registers.bit_count(),
        changes_pc=to_pc,
        loads_pc=to_pc,
    )


# -- 16 bits (A5.2) ------------------------------------------------------------------------------


def _low(first: int) -> Instruction:
    """Rd in bits 0 to 2."""
    return _process(_NARROW, 1 << (first & 7))


def _high(first: int) -> Instruction:
    """Rd in bits 8 to 10."""
    return _process(_NARROW, 1 << (first >> 8 & 7))


def _compare(_: int) -> Instruction:
    return _process(_NARROW)


def _data_processing(first: int) -> Instruction:
    compares = first >> 6 & 0xF in (8, 10, 11)  # TST, CMP, CMN
    return _compare(first) if compares else _low(first)


def _special_data(first: int) -> Instruction:
    """ADD and MOV of all registers."""
    return _process(_NARROW, 1 << (first >> 4 & 8 | first & 7))


def _branch_exchange(first: int) -> Instruction:
    return _branch(_NARROW, links=bool(first & 0x80), immediate=False)


def _literal(first: int) -> Instruction:
    return _single(_NARROW, True, first >> 8 & 7, 15)


def _register_offset(first: int) -> Instruction:
    loads = first >> 9 & 7 >= 3
    offset = 1 << (first >> 6 & 7)
    return _single(_NARROW, loads, first & 7, first >> 3 & 7, offset=offset)


def _immediate_offset(first: int) -> Instruction:
    return _single(_NARROW, bool(first & 0x0800), first & 7, first >> 3 & 7)


def _sp_offset(first: int) -> Instruction:
    return _single(_NARROW, bool(first & 0x0800), first >> 8 & 7, 13)


def _narrow_multiple(first: int) -> Instruction:
    loads, base, registers = bool(first & 0x0800), 1 << (first >> 8 & 7), first & 0xFF
    return _multiple(_NARROW, loads, registers, base, not (loads and registers & base))


def _miscellaneous(first: int) -> Instruction:
    """A5.2.5."""
    if first & 0xFF00 == 0xB000:  # ADD and SUB of SP
        return _process(_NARROW, SP)
    if first & 0xF500 == 0xB100:  # CBZ, CBNZ
        return _branch(_NARROW)
    if first & 0xFE00 == 0xB400:  # PUSH
        return _multiple(_NARROW, False, first & 0xFF | (LR if first & 0x100 else 0), SP, True)
    if first & 0xFE00 == 0xBC00:  # POP
        return _multiple(_NARROW, True, first & 0xFF | (PC if first & 0x100 else 0), SP, True)
    if first & 0xFF00 == 0xBF00:
        return Instruction(_NARROW, Kind.IT) if it_length(first) else _process(_NARROW)
    extends = first & 0xFF00 == 0xB200  # SXTH, SXTB, UXTH, UXTB
    reverses = first & 0xFF00 == 0xBA00 and first & 0xC0 != 0x80  # REV, REV16, REVSH
    return _low(first) if extends or reverses else _undefined(_NARROW)  # or CPS, BKPT


def _conditional(first: int) -> Instruction:
    """B by a condition; UDF and SVC have the two conditions that are none."""
    return _branch(_NARROW) if first >> 8 & 0xF < 0xE else Instruction(_NARROW, Kind.SYSTEM)


_NARROW_READERS: tuple[tuple[int, _Reader], ...] = (
    (0x2000, _low),  # shifts, ADD, SUB
    (0x2800, _high),  # MOV
    (0x3000, _compare),
    (0x4000, _high),  # ADD, SUB
    (0x4400, _data_processing),
    (0x4500, _special_data),  # ADD
    (0x4600, _compare),
    (0x4700, _special_data),  # MOV
    (0x4800, _branch_exchange),
    (0x5000, _literal),
    (0x6000, _register_offset),
    (0x9000, _immediate_offset),
    (0xA000, _sp_offset),
    (0xB000, _high),  # ADR, ADD of SP
    (0xC000, _miscellaneous),
    (0xD000, _narrow_multiple),
    (0xE000, _conditional),
    (0xE800, lambda _: _branch(_NARROW)),
)
"""Each for what lies below its first number."""


# -- 32 bits (A5.3) ------------------------------------------------------------------------------


def _wide_multiple(first: int, second: int) -> Instruction:
    if first >> 7 & 3 not in (1, 2):  # increment after, decrement before
        return _undefined(_WIDE)
    loads, writeback = bool(first & 0x10), bool(first & 0x20)
    return _multiple(_WIDE, loads, second, 1 << (first & 0xF), writeback)


def _pair_or_exclusive(first: int, second: int) -> Instruction:
    """A5.3.6."""
    base, loads = first & 0xF, bool(first & 0x10)
    if first & 0x0120:  # P or W: LDRD, STRD
        return _pair(first, second)
    if first & 0x0080 and second & 0xE0 == 0 and loads:
        return Instruction(
            _WIDE,
            Kind.TABLE_BRANCH,
            forms_address=1 << base | 1 << (second & 0xF),
            register_offset=True,
            changes_pc=True,
            loads_pc=True,
        )
    if loads:  # LDREX, LDREXB, LDREXH
        return _single(_WIDE, True, second >> 12, base)
    status = second & 0xF if first & 0x0080 else second >> 8 & 0xF  # STREXB and STREXH; STREX
    return Instruction(_WIDE, Kind.STORE, writes=1 << status, forms_address=1 << base)


def _pair(first: int, second: int) -> Instruction:
    base, loads, update = 1 << (first & 0xF), bool(first & 0x10), bool(first & 0x20)
    registers = 1 << (second >> 12) | 1 << (second >> 8 & 0xF)
    return Instruction(
        _WIDE,
        Kind.LOAD_MULTIPLE if loads else Kind.STORE_MULTIPLE,
        writes=(registers if loads else 0) | (base if update else 0),
        forms_address=base,
        base_update=update,
        literal=base == PC,
        words=2,
    )


def _destination(_: int, second: int) -> Instruction:
    """Rd in bits 8 to 11 of the second halfword."""
    return _process(_WIDE, 1 << (second >> 8 & 0xF))


def _wide_data_processing(first: int, second: int) -> Instruction:
    """A5.3.1 and A5.3.11: TST, TEQ, CMN and CMP are the ones that set flags and write to PC."""
    compares = first & 0x10 and second & 0x0F00 == 0x0F00
    return _process(_WIDE) if compares else _destination(first, second)


def _branch_or_control(first: int, second: int) -> Instruction:
    """A5.3.4, and immediate data processing, which has bit 15 of the second halfword clear."""
    if not second & 0x8000:
        is_plain = bool(first & 0x0200)  # A5.3.3: ADDW, MOVW, bit fields, ...
        return (_destination if is_plain else _wide_data_processing)(first, second)
    if second & 0x4000:
        return _branch(_WIDE, links=True) if second & 0x1000 else _undefined(_WIDE)
    if second & 0x1000 or first & 0x0380 != 0x0380:  # B, by a condition or always
        return _branch(_WIDE)
    if first & 0xFFE0 == 0xF3E0:  # MRS
        return Instruction(_WIDE, Kind.SYSTEM, writes=1 << (second >> 8 & 0xF))
    if first & 0xFFF0 == 0xF3A0:  # hints
        return _process(_WIDE)
    if first & 0xFFF0 == 0xF3B0:  # CLREX; DSB, DMB, ISB
        return Instruction(_WIDE, Kind.BARRIER) if second & 0x40 else _process(_WIDE)
    return _undefined(_WIDE)  # or MSR


def _wide_single(first: int, second: int) -> Instruction:
    """A5.3.7 to A5.3.10."""
    base, target, loads = first & 0xF, second >> 12, bool(first & 0x10)
    is_word = first & 0x60 == 0x40
    if first & 0x60 == 0x60 or (not loads and (1 << base == PC or first & 0x0100)):
        return _undefined(_WIDE)
    if loads and 1 << target == PC and not is_word:  # PLD, PLI, or a hint that is not allocated
        return _process(_WIDE)
    if first & 0x0080 or 1 << base == PC:  # 12 bits of offset
        return _single(_WIDE, loads, target, base)
    if second & 0x0800:  # 8 bits, with a step before or after
        return _single(_WIDE, loads, target, base, base_update=bool(second & 0x0100))
    return _single(_WIDE, loads, target, base, offset=1 << (second & 0xF))


def _long_multiply_or_divide(first: int, second: int) -> Instruction:
    """A5.3.17."""
    high = 1 << (second >> 8 & 0xF)
    if first & 0x50 == 0x10:
        return Instruction(_WIDE, Kind.DIVIDE, writes=high)
    return _process(_WIDE, 1 << (second >> 12) | high)


_WIDE_READERS: tuple[tuple[int, int, _WideReader], ...] = (
    (0xF800, 0xF000, _branch_or_control),
    (0xFE00, 0xF800, _wide_single),
    (0xFE00, 0xEA00, _wide_data_processing),  # shifted register
    (0xFE40, 0xE840, _pair_or_exclusive),
    (0xFE40, 0xE800, _wide_multiple),
    (0xFF00, 0xFA00, _destination),  # register
    (0xFF80, 0xFB00, _destination),  # multiplies
    (0xFF80, 0xFB80, _long_multiply_or_divide),
    (0xEC00, 0xEC00, decode_float),  # coprocessors
)
"""(mask, bits of the first halfword, reader), the frequent ones first."""
