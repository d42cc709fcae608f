"""What unwinding hands on from one frame to its caller."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from workbench.armv7m import thumb

CALLEE_SAVED = (*(f"r{n}" for n in range(4, 12)), "sp")
"""The registers that a function must preserve (AAPCS32, 6.1.1)."""


class How(Enum):
    """Where the knowledge of a frame comes from, the best first."""

    REGISTERS = "registers"  # the core itself: where it stood
    EXCEPTION = "exception"  # the frame that the core stacked
    CFI = "cfi"  # DWARF call frame information of the function that was called
    EXIDX = "exidx"  # the exception index table of the Arm ABI
    PROLOGUE = "prologue"  # what the first instructions of the called function have pushed
    LINK = "link"  # the link register, of code that has called nothing yet
    SCAN = "scan"  # a guess: a word on the stack that points behind a call


@dataclass(frozen=True)
class Context:
    """The registers of a frame, as far as they are known: r0..r12, sp, lr, pc.

    is_exact: PC is the instruction that was executed; else it is a return address, and what was
    executed is the call before it. stack: "msp" or "psp", which SP is. exception: the number of
    the exception that is handled there, 0 in a thread.
    """

    registers: Mapping[str, int]
    is_exact: bool
    how: How
    stack: str = "msp"
    exception: int = 0

    @property
    def pc(self) -> int:
        return self.registers["pc"] & ~1

    @property
    def sp(self) -> int:
        """The stack pointer."""
        return self.registers["sp"]

    @property
    def at(self) -> int:
        """An address within the instruction that was executed."""
        return self.pc if self.is_exact else self.pc - 1

    def caller(self, registers: Mapping[str, int], how: How) -> Context:
        """Return the frame that a return leads to; what is not in `registers` is not known."""
        return Context(registers, False, how, self.stack, self.exception)


@dataclass(frozen=True)
class Call:
    """One function of a chain of calls.

    `address` is the instruction where it stands: the one behind the call, but for the innermost
    function and for one that was interrupted, by the exception `interrupted_by`. `inlined` names
    what the compiler put in place of calls there, outermost first. `file` is "" and `line` 0
    where there is no debug information. `sp` is the stack pointer there and `size` the bytes up to
    its caller's, None where that is not known. `times`: so often the chain repeats itself here,
    `cycle` calls at a time.
    """

    address: int
    function: str
    file: str = ""
    line: int = 0
    inlined: tuple[str, ...] = ()
    interrupted_by: str = ""
    sp: int = 0
    size: int | None = None
    how: How = How.REGISTERS
    times: int = 1
    cycle: int = 1

    @property
    def place(self) -> tuple[int, str, str]:
        """A key that is equal for calls of the same place in the program."""
        return self.address, self.function, self.interrupted_by


def register_name(number: int) -> str | None:
    """Return the name of a core register by its number in DWARF (AADWARF32, 4.1)."""
    return thumb.register_name(number) if number <= 15 else None
