"""One decoded instruction, as everything here that looks at code sees it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from workbench.armv7m.thumb.flags import BlockFlag, flags_of_operation, flags_of_special
from workbench.armv7m.thumb.operation import Kind, Operation

Registers = int
"""A set of registers: bit n for Rn, bit FIRST_SINGLE + n for Sn."""

FIRST_SINGLE = 16
SP, LR, PC = 1 << 13, 1 << 14, 1 << 15
SP_NUMBER, LR_NUMBER, PC_NUMBER = 13, 14, 15

ALWAYS = 0xE
"""The condition of an instruction that has none of its own (A7.3)."""

_ADDRESS_OF_PC = 4  # PC reads as the instruction's address and 4 (A5.1.2)
_ADDRESSES = 0xFFFFFFFF


class Shift(NamedTuple):
    """A shift of a register by a number of places (A7.4); RRX is ROR by 0."""

    name: str
    places: int


UNSHIFTED = Shift("lsl", 0)

_SINGLE = frozenset({Kind.LOAD, Kind.STORE})
_FLOAT = frozenset({Kind.FLOAT, Kind.FLOAT_FUSED, Kind.FLOAT_DIVIDE, Kind.FLOAT_MOVE_PAIR})
_MULTIPLE = frozenset({Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE})
_RELATIVE_TO_PC = frozenset(
    {
        Operation.LDR,
        Operation.LDREX,
        Operation.LDRD,
        Operation.STRD,
        Operation.VLDR,
        Operation.VSTR,
    }
)
_DIRECT = frozenset({Operation.B, Operation.BL, Operation.CBZ})
_FPU = 0xA  # coprocessors 10 and 11: single and double registers


@dataclass(frozen=True, eq=False)
class Instruction:
    """One instruction, wherever it lies. Equal code is decoded to the same object.

    size: in bytes. operation: what it does.
    writes, reads: registers, without PC and the flags; `changes_pc`: it is a branch in the widest
        sense.
    target: Rd or Rt, the register that it is about. base, other: Rn and Rm by their numbers; the
        base of an access and its register offset. shift: of `other`.
    immediate: its number, expanded: of data processing the operand; of an access what is added to
        the base for the lowest address; of a direct branch the displacement from PC; of IT the
        mask; of MRS and MSR the special register; of SVC, BKPT, UDF and CPS the bits.
    condition: of B, and of IT the first one; ALWAYS for all others.
    moves: registers that go to or come from memory. width: bytes of each unit that an access
        moves, 0 where there is none; words: how many words it moves, parts of one counted as one.
    step: what write-back adds to the base, None for an access without write-back.
    coprocessor: which one it is for, the FPU being 10 and 11; None for the core's own.
    """

    size: int
    operation: Operation
    writes: Registers = 0
    reads: Registers = 0
    changes_pc: bool = False
    target: int | None = None
    base: int | None = None
    other: int | None = None
    shift: Shift = UNSHIFTED
    immediate: int | None = None
    condition: int = ALWAYS
    moves: Registers = 0
    width: int = 0
    words: int = 1
    step: int | None = None
    coprocessor: int | None = None

    @property
    def kind(self) -> Kind:
        """Its class in time."""
        return self.operation.kind

    @cached_property
    def flags(self) -> BlockFlag:
        """What the machine must act on."""
        found = flags_of_operation(self.operation)
        if self.is_for_fpu:
            found |= BlockFlag.FLOAT
        if self.kind in _MULTIPLE and self.base not in (SP_NUMBER, PC_NUMBER):
            found |= BlockFlag.MULTIPLE
        if self.operation in (Operation.MSR, Operation.CPS):
            found |= flags_of_special(self.operation, self.immediate or 0)
        return found

    @property
    def is_single_access(self) -> bool:
        """Return whether it moves one register of the core to or from memory."""
        return self.kind in _SINGLE

    @property
    def accesses_memory(self) -> bool:
        """Return whether it reads or writes memory."""
        return bool(self.width)

    @property
    def forms_address(self) -> Registers:
        """The registers that the address of an access is made of."""
        if not self.width or self.base is None:
            return 0
        return 1 << self.base | (0 if self.other is None else 1 << self.other)

    @property
    def base_update(self) -> bool:
        """Return whether a single access or a pair is pre- or post-indexed."""
        return self.step is not None

    @property
    def register_offset(self) -> bool:
        """Return whether the offset of an access is in a register."""
        return bool(self.width) and self.other is not None

    @property
    def literal(self) -> bool:
        """Return whether it is an access relative to PC."""
        return self.base == PC_NUMBER and self.operation in _RELATIVE_TO_PC

    @property
    def is_float(self) -> bool:
        """Return whether the FPU executes it; False for its loads and stores."""
        return self.kind in _FLOAT

    @property
    def is_for_fpu(self) -> bool:
        """Return whether it is an instruction of the FPU, defined or not."""
        return self.coprocessor is not None and self.coprocessor & 0xE == _FPU

    @property
    def links(self) -> bool:
        """Return whether it is a call."""
        return self.operation in (Operation.BL, Operation.BLX)

    @property
    def is_direct(self) -> bool:
        """Return whether it is a branch whose target is in the instruction."""
        return self.operation in _DIRECT

    @property
    def loads_pc(self) -> bool:
        """Return whether it is a branch whose target comes from memory."""
        return self.changes_pc and bool(self.width)

    @property
    def makes_conditional(self) -> int:
        """How many instructions after an IT are conditional, 0 for any other."""
        if self.operation is not Operation.IT or self.immediate is None:
            return 0
        return 5 - (self.immediate & -self.immediate).bit_length()

    @property
    def is_plain_store(self) -> bool:
        """Return whether it is a store of one register that changes no register."""
        return self.operation is Operation.STR and self.step is None

    def leads_to(self, address: int) -> int | None:
        """Return where a direct branch at `address` leads to; None for all others."""
        if not self.is_direct or self.immediate is None:
            return None
        return address + _ADDRESS_OF_PC + self.immediate & _ADDRESSES


def register_name(number: int) -> str:
    """Return the name of a core register, 0 to 15."""
    return {13: "sp", 14: "lr", 15: "pc"}.get(number, f"r{number}")


def numbers(registers: Registers) -> list[int]:
    """Return the numbers of the core registers in a set, ascending."""
    return [number for number in range(16) if registers >> number & 1]
