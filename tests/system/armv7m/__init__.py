"""What ARMv7-M fixes, rule by rule; docs/armv7m.md is made from the rules here."""

from __future__ import annotations

from . import (
    bus,
    escalation,
    exclusive,
    floats,
    modes,
    priorities,
    regions,
    registers,
    returns,
    sleeping,
    thumb,
)
from .rule import Rule

PROGRAMS: dict[str, tuple[str, tuple[Rule, ...]]] = {
    "thumb": ("The Thumb bit", thumb.RULES),
    "priorities": ("Priorities and masks", priorities.RULES),
    "modes": ("Modes and stacks", modes.RULES),
    "escalation": ("Faults", escalation.RULES),
    "exclusive": ("The exclusive monitor", exclusive.RULES),
    "bus": ("Accesses that the bus refuses", bus.RULES),
    "regions": ("The MPU", regions.RULES),
    "registers": ("System registers", registers.RULES),
    "returns": ("Exception return", returns.RULES),
    "sleep": ("Sleep", sleeping.RULES),
    "float": ("The floating-point context", floats.RULES),
}
"""By the name of the program in `programs/`: the title of its rules, and the rules."""

NOT_MODELLED = (
    "EXC_RETURN with bits 27 to 5 that are not all 1 (UNPREDICTABLE): INVPC from 0xFF000000 on, "
    "below that a fetch from memory that must not be executed.",
    "DebugMonitor: BKPT is a HardFault whatever DEMCR.MON_EN says, and byte 0 of SHPR3, which "
    "DDI 0403E gives to DebugMonitor and DUI 0553A reserves, reads 0.",
    "The write buffer's time: a store that the bus refuses is dropped, and its BusFault is pending "
    "at the next instruction boundary; on silicon some instructions later. Loads never overtake "
    "stores. All memory but the Strongly-ordered counts as bufferable; ACTLR's other bits do "
    "nothing.",
    "Code does not execute in a page of RAM (4 KiB) in which an MPU region begins or ends.",
    "A lazy floating-point frame that is refused: the fault is escalated by the priority of the "
    "handler, not by the bits of FPCCR.",
    "CCR.BFHFNMIGN: handlers of HardFault and NMI do not ignore data faults.",
    "The reservation of LDREX: a Cortex-M4 takes any STREX that follows; the engine wants the same "
    "address, and the value that LDREX found there.",
    "FPSCR at a new floating-point context: N, Z, C, V and the exception bits become 0, as in "
    "QEMU; the manual copies bits 26 to 22 only.",
)
