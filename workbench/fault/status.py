"""The fault status registers: their bits as the ARMv7-M manual spells them, and in words."""

from __future__ import annotations

from enum import IntFlag

from workbench.engines.armv7m import SYSTEM_EXCEPTIONS
from workbench.engines.base import FaultState


class Cfsr(IntFlag):
    """Configurable Fault Status Register (ARM DDI 0403E, B3.2.15)."""

    IACCVIOL = 1 << 0
    DACCVIOL = 1 << 1
    MUNSTKERR = 1 << 3
    MSTKERR = 1 << 4
    MLSPERR = 1 << 5
    MMARVALID = 1 << 7
    IBUSERR = 1 << 8
    PRECISERR = 1 << 9
    IMPRECISERR = 1 << 10
    UNSTKERR = 1 << 11
    STKERR = 1 << 12
    LSPERR = 1 << 13
    BFARVALID = 1 << 15
    UNDEFINSTR = 1 << 16
    INVSTATE = 1 << 17
    INVPC = 1 << 18
    NOCP = 1 << 19
    UNALIGNED = 1 << 24
    DIVBYZERO = 1 << 25


class Hfsr(IntFlag):
    """HardFault Status Register (B3.2.16)."""

    VECTTBL = 1 << 1
    FORCED = 1 << 30
    DEBUGEVT = 1 << 31


EXCEPTIONS = {number: SYSTEM_EXCEPTIONS[number] for number in (3, 4, 5, 6)}
"""Exception numbers of the faults, DDI 0403E, B1.5.2."""

MEANINGS: dict[Cfsr | Hfsr, str] = {
    Cfsr.IACCVIOL: "an instruction fetch that the MPU or the default memory map forbids",
    Cfsr.DACCVIOL: "a data access that the MPU forbids",
    Cfsr.MUNSTKERR: "the MPU forbade to read the frame back on return from an exception",
    Cfsr.MSTKERR: "the MPU forbade to write the frame on entry to an exception",
    Cfsr.MLSPERR: "the MPU forbade to save the floating-point registers",
    Cfsr.MMARVALID: "MMFAR holds the address",
    Cfsr.IBUSERR: "an instruction fetch that the bus refused",
    Cfsr.PRECISERR: "a data access that the bus refused; PC is the instruction",
    Cfsr.IMPRECISERR: "a write that the bus refused later; PC is not the instruction",
    Cfsr.UNSTKERR: "the bus refused to read the frame back on return from an exception",
    Cfsr.STKERR: "the bus refused to write the frame on entry to an exception",
    Cfsr.LSPERR: "the bus refused to save the floating-point registers",
    Cfsr.BFARVALID: "BFAR holds the address",
    Cfsr.UNDEFINSTR: "an instruction that the core does not know",
    Cfsr.INVSTATE: "execution without the Thumb bit: a branch to an even address",
    Cfsr.INVPC: "a return from an exception by an EXC_RETURN that does not hold",
    Cfsr.NOCP: "a coprocessor instruction, and that coprocessor is off or not there",
    Cfsr.UNALIGNED: "an unaligned access that must be, or is set to be, a fault",
    Cfsr.DIVBYZERO: "a division by zero, set to be a fault in CCR",
    Hfsr.VECTTBL: "the vector of an exception could not be read",
    Hfsr.FORCED: "another fault became a HardFault: not enabled, or not urgent enough",
    Hfsr.DEBUGEVT: "a breakpoint without a debugger",
}
"""What each bit says."""

CAUSES = tuple(bit for bit in Cfsr if bit not in (Cfsr.MMARVALID, Cfsr.BFARVALID))
"""The bits that say why; the other two say of an address."""


def exception_name(fault: FaultState) -> str:
    """Return the name of the exception that was taken."""
    return EXCEPTIONS.get(fault.exception, f"exception {fault.exception}")


def kind_of(bit: Cfsr) -> str:
    """Return the name of the fault that a cause belongs to."""
    if bit < Cfsr.IBUSERR:
        return EXCEPTIONS[4]
    return EXCEPTIONS[5] if bit < Cfsr.UNDEFINSTR else EXCEPTIONS[6]


def cause_bits(fault: FaultState) -> tuple[Cfsr, ...]:
    """Return the CFSR bits that say why, none where the engine does not know."""
    return tuple(bit for bit in CAUSES if bit & (fault.cfsr or 0))
