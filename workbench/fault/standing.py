"""Where a core stood when a run ended, and by which calls it came there."""

from __future__ import annotations

from workbench.armv7m.architecture import CONTROL_SPSEL, IPSR
from workbench.fault.exceptions import ExceptionNames
from workbench.fault.frames import Call, Context, How
from workbench.fault.memory import View
from workbench.fault.unwind import Unwinder, folded, registers_of
from workbench.machine import CoreState, Ending


def innermost_frame(core: CoreState) -> Context:
    """Return the frame that the core stood in."""
    registers = core.registers
    exception = registers["xpsr"] & IPSR
    on_psp = not exception and bool(registers.get("control", 0) & CONTROL_SPSEL)
    stack = "psp" if on_psp else "msp"
    return Context(registers_of(registers), True, How.REGISTERS, stack, exception)


def unwinder_of(ending: Ending) -> Unwinder:
    """Return what undoes the frames that were on the stacks."""
    view, names = View(ending.core.memory), ExceptionNames.of(ending.platform)
    return Unwinder(ending.image, view, names)


def calls_at(ending: Ending) -> tuple[Call, ...]:
    """Return the calls that led to where the core stood, the innermost first."""
    core = ending.core
    chain = unwinder_of(ending).chain(innermost_frame(core), core.registers.get("psp", 0))
    return folded(chain.calls)
