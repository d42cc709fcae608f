"""Why an SVC could not be taken: what keeps SVCall from preempting, with the values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.armv7m.architecture import IPSR, Exc
from workbench.armv7m.thumb import Operation, decode
from workbench.fault.exceptions import ExceptionNames
from workbench.fault.memory import View

_SHPR1, _IPR = 0xE000ED18, 0xE000E400  # ARM DDI 0403E, B3.2.10 and B3.4.9: a byte an exception
_FIRST_OF_SHPR = 4


@dataclass(frozen=True)
class RefusedCall:
    """An SVC that became a HardFault: where it is, and what SVCall could not preempt."""

    address: int
    reason: str


def refused_call(
    view: View,
    registers: Mapping[str, int],
    masks: Mapping[str, int],
    names: ExceptionNames,
) -> RefusedCall | None:
    """Return the SVC that PC is at or right behind, None where there is none.

    registers: as they were when it was called; masks: PRIMASK, FAULTMASK and BASEPRI.
    """
    pc = registers.get("pc", 0) & ~1
    for address in (pc, pc - 2):  # silicon stacks its own address, some engines the next one
        code = view.read(address, 2)
        if code is not None and decode(code).operation is Operation.SVC:
            exception = registers.get("xpsr", 0) & IPSR
            return RefusedCall(address, _reason(view, exception, masks, names))
    return None


def _reason(view: View, exception: int, masks: Mapping[str, int], names: ExceptionNames) -> str:
    """What SVCall cannot preempt (B1.5.4): the masks, or what is being handled."""
    own = _priority(view, Exc.SVCALL)
    priority = "" if own is None else f", and SVCall has the priority 0x{own:02x}"
    if masks.get("faultmask"):
        return "FAULTMASK is set, which keeps all but NMI out"
    if masks.get("primask"):
        return "PRIMASK is set, which keeps all exceptions out whose priority can be configured"
    basepri = masks.get("basepri", 0)
    if basepri and (own is None or own >= basepri):
        return f"BASEPRI is 0x{basepri:02x}{priority}: a larger number is less urgent"
    if exception == Exc.SVCALL:
        return "it is called in the handler of SVCall, which cannot preempt itself"
    if exception in (Exc.NMI, Exc.HARD_FAULT):
        return f"it is called in {names.name(exception)}, which is more urgent"
    if exception:
        other = _priority(view, exception)
        value = "" if other is None else f" has the priority 0x{other:02x}"
        return f"it is called in {names.name(exception)}, which{value}{priority}"
    return "SVCall is not more urgent than what runs" + priority.replace(", and", ":", 1)


def _priority(view: View, exception: int) -> int | None:
    """The priority that an exception is given by its register."""
    if exception >= Exc.IRQ0:
        found = view.read(_IPR + exception - Exc.IRQ0, 1)
    else:
        found = view.read(_SHPR1 + exception - _FIRST_OF_SHPR, 1)
    return found[0] if found else None
