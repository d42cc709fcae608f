"""What a function has pushed, from its first instructions, where no call frame information says it.

For assembly and for libraries that were built without debug information. Encodings: ARM DDI 0403E,
A7.7, "PUSH", "STR (immediate)", "SUB (SP minus immediate)" and "VPUSH".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.armv7m.thumb import is_wide

_LR = 14
_LONGEST = 48  # bytes of a function in which its prologue lies


@dataclass(frozen=True)
class Pushed:
    """`size` bytes lie between SP and the caller's; `saved` are offsets from SP by register."""

    size: int
    saved: Mapping[int, int]


def pushed(code: bytes) -> Pushed:
    """Return what was pushed when `code`, from the function's start to PC, has executed."""
    depth = 0
    at: dict[int, int] = {}  # register: how deep below the caller's SP it lies
    position = 0
    while position + 2 <= min(len(code), _LONGEST):
        first = int.from_bytes(code[position : position + 2], "little")
        if is_wide(first):
            second = int.from_bytes(code[position + 2 : position + 4], "little")
            registers, bytes_more = _wide(first, second)
            position += 4
        elif _is_branch(first):
            break
        else:
            registers, bytes_more = _narrow(first)
            position += 2
        depth += bytes_more
        for index, register in enumerate(registers):
            at.setdefault(register, depth - 4 * index)
    return Pushed(depth, {register: depth - deep for register, deep in at.items()})


def _narrow(first: int) -> tuple[list[int], int]:
    """Return the core registers that an instruction pushes, lowest address first, and how much."""
    if first & 0xFE00 == 0xB400:  # PUSH
        registers = [n for n in range(8) if first >> n & 1] + ([_LR] if first & 0x100 else [])
        return registers, 4 * len(registers)
    if first & 0xFF80 == 0xB080:  # SUB SP, #imm7 * 4
        return [], (first & 0x7F) * 4
    return [], 0


def _wide(first: int, second: int) -> tuple[list[int], int]:
    if first == 0xE92D:  # STMDB SP!
        registers = [n for n in range(15) if second >> n & 1]
        return registers, 4 * len(registers)
    if first == 0xF84D and second & 0xFFF == 0xD04:  # STR Rt, [SP, #-4]!
        return [second >> 12], 4
    if first & 0xFFBF == 0xED2D and second & 0xE00 == 0xA00:  # VPUSH
        return [], 4 * (second & 0xFF)
    if first == 0xF5AD and second & 0x8F00 == 0x0D00:  # SUB.W SP, SP, #modified immediate
        return [], _modified(second >> 12 & 7, second & 0xFF)
    if first == 0xF2AD and second & 0x8F00 == 0x0D00:  # SUBW SP, SP, #imm12, i clear
        return [], (second >> 12 & 7) << 8 | second & 0xFF
    return [], 0


def _modified(imm3: int, imm8: int) -> int:
    """ThumbExpandImm with i set (A5.3.2): 1:imm8<6:0> rotated right by 16 to 31."""
    rotation = 0b10000 | imm3 << 1 | imm8 >> 7
    value = 0x80 | imm8 & 0x7F
    return (value >> rotation | value << 32 - rotation) & 0xFFFFFFFF


def _is_branch(first: int) -> bool:
    return (
        first & 0xF000 == 0xD000  # B<c>, SVC, UDF
        or first & 0xF800 == 0xE000  # B
        or first & 0xFF00 == 0x4700  # BX, BLX
        or first & 0xF500 == 0xB100  # CBZ, CBNZ
    )
