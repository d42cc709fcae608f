"""Why firmware crashed, as a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.armv7m.architecture import Cfsr
from workbench.fault.frames import Call
from workbench.fault.instruction import Instruction
from workbench.fault.stacks import StackUse
from workbench.fault.status import CAUSES, EXCEPTIONS, kind_of

STACK_OVERFLOW, LOCKUP = "StackOverflow", "Lockup"
KINDS = frozenset(
    {STACK_OVERFLOW, LOCKUP, *EXCEPTIONS.values(), *(bit.name or "" for bit in CAUSES)}
)
"""What a fault can be called."""


@dataclass(frozen=True)
class Diagnosis:
    """Why firmware crashed, for a reader and for a program.

    title: what happened. exception: the one that was taken, or Lockup. causes: the bits of CFSR
    and HFSR that say why. status: the fault status registers that the engine knows. address: what
    was refused, None if that is not an address, and address_is what lies there. instruction: the
    one that the core was at. context: thread or handler, and on which stack. calls: the chain that
    led here, the innermost first, repetitions once; depth: its length with them; broken: what is
    wrong with it, "" if nothing. stack: how the stack was used, None where its bounds are not
    known. notes and advice: what else there is to know, and what to look at.
    """

    title: str
    exception: str
    causes: tuple[str, ...]
    status: Mapping[str, int]
    address: int | None
    address_is: str
    instruction: Instruction | None
    context: str
    calls: tuple[Call, ...]
    depth: int
    broken: str
    stack: StackUse | None
    notes: tuple[str, ...]
    advice: tuple[str, ...]
    registers: Mapping[str, int]

    @property
    def is_stack_overflow(self) -> bool:
        """Return whether the crash needed more stack than there is."""
        return self.stack is not None and self.stack.overflow > 0

    @property
    def function(self) -> str:
        """The function that the core was in, demangled; "" where it was in none."""
        return self.calls[0].function if self.calls else ""

    @property
    def kinds(self) -> frozenset[str]:
        """All of KINDS that it can be called: its causes, and the fault that was escalated too."""
        faults = {kind_of(bit) for bit in Cfsr if bit.name in self.causes}
        overflow = {STACK_OVERFLOW} if self.is_stack_overflow else set()
        return frozenset({self.exception, *self.causes, *faults, *overflow}) & KINDS
