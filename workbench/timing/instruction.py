"""An instruction in the terms that its timing needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Classes of instructions that differ in time."""

    PROCESS = "data processing, multiplies and hints"
    DIVIDE = "divides"
    LOAD = "loads"
    STORE = "stores"
    LOAD_MULTIPLE = "loads of several words, and all of the FPU"
    STORE_MULTIPLE = "stores of several words, and all of the FPU"
    BRANCH = "branches"
    TABLE_BRANCH = "TBB and TBH"
    IT = "IT"
    FLOAT = "floating point"
    FLOAT_FUSED = "floating point: multiply and accumulate"
    FLOAT_DIVIDE = "floating point: divide and square root"
    FLOAT_MOVE_PAIR = "floating point: moves of two registers"
    SYSTEM = "system"
    BARRIER = "barriers"


_SINGLE = (Kind.LOAD, Kind.STORE)
_FLOAT = (Kind.FLOAT, Kind.FLOAT_FUSED, Kind.FLOAT_DIVIDE, Kind.FLOAT_MOVE_PAIR)

Registers = int
"""A set of registers: bit n for Rn, bit FIRST_SINGLE + n for Sn."""

FIRST_SINGLE = 16
SP, LR, PC = 1 << 13, 1 << 14, 1 << 15


@dataclass(frozen=True, eq=False)
class Instruction:
    """One decoded instruction, wherever it lies. Equal code is decoded to the same object.

    size: in bytes. writes: registers, without PC and the flags; reads: those of the FPU's
        instructions.
    forms_address: those that the address of an access is made of.
    base_update: of a single access or a pair, pre- or post-indexed. register_offset: the offset is
        in a register. literal: PC-relative.
    words: that an access moves.
    changes_pc: a branch in the widest sense; links: a call; immediate: its target is in the
        instruction; loads_pc: its target comes from memory.
    """

    size: int
    kind: Kind
    writes: Registers = 0
    reads: Registers = 0
    forms_address: Registers = 0
    base_update: bool = False
    register_offset: bool = False
    literal: bool = False
    words: int = 1
    changes_pc: bool = False
    links: bool = False
    immediate: bool = False
    loads_pc: bool = False

    @property
    def is_single_access(self) -> bool:
        """Does it move one register of the core to or from memory?"""
        return self.kind in _SINGLE

    @property
    def accesses_memory(self) -> bool:
        return bool(self.forms_address)

    @property
    def is_float(self) -> bool:
        """Does the FPU execute it?"""
        return self.kind in _FLOAT
