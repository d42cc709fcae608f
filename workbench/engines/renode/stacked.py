"""The PC that an exception has stacked: where Renode's is not the one that silicon stacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.armv7m.architecture import XPSR_T, Cfsr
from workbench.armv7m.thumb import PC_NUMBER, Operation, decode, register_name
from workbench.engines.base import FaultState

_EXCHANGES = (Operation.BX, Operation.BLX)


def as_silicon_stacks(fault: FaultState, read_code: Callable[[int, int], bytes]) -> FaultState:
    """Return `fault` with the PC of silicon: after a BX or BLX to an even address, that address.

    Renode of 2026 takes the INVSTATE at the branch itself, with T set, silicon at the first
    instruction that would be executed without it. Renode 1.15 stacks what silicon does.
    """
    registers = fault.registers
    if not (fault.cfsr or 0) & Cfsr.INVSTATE or not registers.get("xpsr", 0) & XPSR_T:
        return fault
    one = decode(read_code(fault.pc & ~1, 2))
    if one.operation not in _EXCHANGES or one.other is None:
        return fault
    target = registers[register_name(one.other)]
    if target & 1 or one.other == PC_NUMBER:
        return fault
    stacked = {**registers, "pc": target, "xpsr": registers["xpsr"] & ~XPSR_T}
    return replace(fault, pc=target, registers=stacked)
