"""Thumb-2 instructions in the terms that their timing needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from capstone import arm_const

from workbench.disassembler import disassembler
from workbench.thumb import is_wide

MAX_BYTES = 4


class Kind(Enum):
    """Classes of instructions that differ in time."""

    PROCESS = "data processing"
    MULTIPLY = "multiplies"
    DIVIDE = "divides"
    LOAD = "loads"
    STORE = "stores"
    LOAD_MULTIPLE = "multiple loads"
    STORE_MULTIPLE = "multiple stores"
    BRANCH = "branches"
    IT = "IT"
    FLOAT = "floating point"
    SYSTEM = "system"


@dataclass(frozen=True, eq=False)
class Instruction:
    """One decoded instruction, wherever it lies. Equal code is decoded to the same object.

    operands: how many. reads, writes: registers, flags not included; forms_address: those that the
    address is made of.
    base_update: pre- or post-indexed. register_offset: the offset is in a register.
    literal: PC-relative. words: registers that a multiple load or store moves.
    changes_pc: a branch in the widest sense; immediate: its target is in the instruction;
    loads_pc: its target comes from memory.
    """

    size: int
    mnemonic: str
    operands: int
    kind: Kind
    reads: frozenset[int]
    writes: frozenset[int]
    forms_address: frozenset[int]
    base_update: bool = False
    register_offset: bool = False
    literal: bool = False
    words: int = 1
    changes_pc: bool = False
    immediate: bool = False
    loads_pc: bool = False

    @property
    def is_single_access(self) -> bool:
        """Does it move one register to or from memory?"""
        return self.kind in (Kind.LOAD, Kind.STORE)

    @property
    def accesses_memory(self) -> bool:
        return bool(self.forms_address)


# The SIMD ones and the long ones begin like these.
_MULTIPLIES = (
    "mul",
    "mla",
    "mls",
    "smul",
    "sml",
    "smm",
    "smua",
    "smus",
    "umul",
    "uma",
    "uml",
)
_MULTIPLE_LOADS = ("ldm", "pop", "vldm", "vpop")
_MULTIPLE_STORES = ("stm", "push", "vstm", "vpush")
_SYSTEM = ("cps", "mrs", "msr", "dsb", "dmb", "isb", "svc", "bkpt")
_IMPLICIT_SP = ("push", "pop", "vpush", "vpop")
_SINGLE_WORDS = 1
_PC, _SP = arm_const.ARM_REG_PC, arm_const.ARM_REG_SP
_FLAGS = frozenset((arm_const.ARM_REG_CPSR, arm_const.ARM_REG_APSR, arm_const.ARM_REG_ITSTATE))


def decode(code: bytes) -> Instruction:
    """Return the instruction in the first bytes of `code`."""
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
    found = next(disassembler().disasm(code, 0, 1), None)
    if found is None:  # undefined: it traps, or is data that a broken program ran into
        nothing: frozenset[int] = frozenset()
        return Instruction(2, "undefined", 0, Kind.SYSTEM, nothing, nothing, nothing)
    name = str(found.mnemonic).removesuffix(".w").removesuffix(".n")
    read, written = found.regs_access()
    reads, writes = frozenset(read) - _FLAGS, frozenset(written) - _FLAGS
    operands = found.operands
    memory = next((o.mem for o in operands if o.type == arm_const.ARM_OP_MEM), None)
    kind = _kind(name, memory is not None)
    address_registers: frozenset[int] = frozenset()
    if memory is not None:
        address_registers = frozenset({memory.base, memory.index}) - {0}
    elif kind in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE):
        implicit = name.startswith(_IMPLICIT_SP)
        address_registers = frozenset({_SP if implicit else operands[0].reg})
    table = name in ("tbb", "tbh")
    direct = _is_immediate_branch(name)
    changes_pc = direct or table or name in ("bx", "blx") or _PC in writes
    return Instruction(
        size=found.size,
        mnemonic=name,
        operands=len(operands),
        kind=kind,
        reads=reads,
        writes=writes,
        forms_address=address_registers,
        base_update=bool(found.writeback) and memory is not None,
        register_offset=memory is not None and memory.index != 0,
        literal=memory is not None and memory.base == _PC and not table,
        words=_words(found, name, kind),
        changes_pc=changes_pc,
        immediate=direct,
        loads_pc=table or (changes_pc and bool(address_registers)),
    )


def _is_immediate_branch(name: str) -> bool:
    if name in ("b", "bl", "cbz", "cbnz"):
        return True
    condition = name.removeprefix("b")
    return len(name) == 3 and name[0] == "b" and condition in _CONDITIONS


_CONDITIONS = frozenset(
    (
        "eq",
        "ne",
        "hs",
        "lo",
        "cs",
        "cc",
        "mi",
        "pl",
        "vs",
        "vc",
        "hi",
        "ls",
        "ge",
        "lt",
        "gt",
        "le",
    )
)


def _kind(name: str, has_memory: bool) -> Kind:
    if name.startswith("it") and set(name[2:]) <= {"t", "e"}:
        return Kind.IT
    if name.startswith(_MULTIPLE_LOADS):
        return Kind.LOAD_MULTIPLE
    if name.startswith(_MULTIPLE_STORES):
        return Kind.STORE_MULTIPLE
    if name.startswith(("ldrd", "strd")):
        return Kind.LOAD_MULTIPLE if name.startswith("ldrd") else Kind.STORE_MULTIPLE
    if name.startswith("vldr"):
        return Kind.LOAD_MULTIPLE
    if name.startswith("vstr"):
        return Kind.STORE_MULTIPLE
    if name in ("tbb", "tbh"):
        return Kind.BRANCH
    if has_memory and name.startswith("ld"):
        return Kind.LOAD
    if has_memory and name.startswith("st"):
        return Kind.STORE
    if name.startswith("v"):
        return Kind.FLOAT
    if name.startswith(("sdiv", "udiv")):
        return Kind.DIVIDE
    if name.startswith(_MULTIPLIES):
        return Kind.MULTIPLY
    if _is_immediate_branch(name) or name in ("bx", "blx"):
        return Kind.BRANCH
    return Kind.SYSTEM if name.startswith(_SYSTEM) else Kind.PROCESS


def _words(found: Any, name: str, kind: Kind) -> int:
    """Words that a multiple load or store moves; 1 for all else."""
    if kind not in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE):
        return _SINGLE_WORDS
    registers = [o for o in found.operands if o.type == arm_const.ARM_OP_REG]
    if name.startswith(("ldm", "stm", "vldm", "vstm")):
        registers = registers[1:]
    return sum(2 if _is_double(found.reg_name(o.reg)) else 1 for o in registers)


def _is_double(register: str) -> bool:
    return register.startswith("d") and register[1:].isdigit()
