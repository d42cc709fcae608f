"""Resetting the registers of a core, and taking them out and putting them back."""

from __future__ import annotations

from typing import Any

from workbench.armv7m.architecture import IPSR, XPSR_T, Exc
from workbench.engines.embedded.cortex_m.core_registers import CoreRegisters
from workbench.engines.embedded.cortex_m.special_registers import SpecialRegisters

_SAVED_REGISTERS = (
    *(f"r{n}" for n in range(13)),
    "msp",
    "psp",
    "lr",
    "primask",
    "basepri",
    "faultmask",
    "fpscr",
    *(f"s{n}" for n in range(32)),
)
_STACKS = ("msp", "psp")
_IN_A_HANDLER = XPSR_T | Exc.HARD_FAULT  # where all registers may be written


def reset_core(core: CoreRegisters) -> None:
    """Give all registers their reset values; SP and PC come from the vector table (B1.5.5)."""
    core.set_xpsr(_IN_A_HANDLER)
    for name in _SAVED_REGISTERS:
        core.set(name, 0)
    core.set("control", 0)
    core.set_xpsr(XPSR_T)
    core.set("control", 0)
    core.set("lr", 0xFFFFFFFF)


def save_core(core: CoreRegisters, special: SpecialRegisters) -> dict[str, dict[str, int]]:
    """Return what `restore_core` takes, as plain data."""
    return {
        "registers": {name: special.get(name) for name in _SAVED_REGISTERS},
        "mode": {name: core.get(name) for name in ("control", "xpsr", "pc")},
    }


def restore_core(core: CoreRegisters, saved: dict[str, Any]) -> None:
    """Take back what `save_core` returned."""
    registers, mode = saved["registers"], saved["mode"]
    reset_core(core)
    core.set_xpsr(_IN_A_HANDLER)
    for name, value in registers.items():
        if name not in _STACKS:
            core.set(name, value)
    for name in _STACKS:
        core.set(name, registers[name])
    core.set("pc", mode["pc"])
    core.set_xpsr(mode["xpsr"] & ~IPSR)
    core.set("control", mode["control"])
    core.set_xpsr(mode["xpsr"])
    core.set("control", mode["control"])
    core.refresh_mode(mode["xpsr"])
