"""The PC that an exception has stacked: where Renode's is not the one that silicon stacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from workbench.armv7m.architecture import XPSR_T, Cfsr
from workbench.engines.base import FaultState

# BX and BLX by register (ARM DDI 0403E, A7.7.20 and A7.7.19): 0100 0111 L Rm 000
_BX, _BX_MASK = 0x4700, 0xFF07
_RM_SHIFT, _RM = 3, 0xF
_NAMES = (*(f"r{n}" for n in range(13)), "sp", "lr")


def as_silicon_stacks(fault: FaultState, read_code: Callable[[int, int], bytes]) -> FaultState:
    """Return `fault` with the PC of silicon: after a BX or BLX to an even address, that address.

    Renode of 2026 takes the INVSTATE at the branch itself, with T set, silicon at the first
    instruction that would be executed without it. Renode 1.15 stacks what silicon does.
    """
    registers = fault.registers
    if not (fault.cfsr or 0) & Cfsr.INVSTATE or not registers.get("xpsr", 0) & XPSR_T:
        return fault
    code = int.from_bytes(read_code(fault.pc & ~1, 2), "little")
    number = code >> _RM_SHIFT & _RM
    if code & _BX_MASK != _BX or number >= len(_NAMES):
        return fault
    target = registers[_NAMES[number]]
    if target & 1:
        return fault
    stacked = {**registers, "pc": target, "xpsr": registers["xpsr"] & ~XPSR_T}
    return replace(fault, pc=target, registers=stacked)
