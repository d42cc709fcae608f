"""What the fault status registers say, in words."""

from __future__ import annotations

from workbench.armv7m.architecture import FAULTS, SYSTEM_EXCEPTIONS, Cfsr, Hfsr, exception_of
from workbench.engines.base import FaultState

EXCEPTIONS: dict[int, str] = {number: SYSTEM_EXCEPTIONS[number] for number in sorted(FAULTS)}
"""Names of the faults by exception number."""

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

# The most telling first, where several are set
_ORDER = (
    *(Cfsr.STKERR, Cfsr.MSTKERR, Cfsr.UNSTKERR, Cfsr.MUNSTKERR, Cfsr.LSPERR, Cfsr.MLSPERR),
    *(Cfsr.PRECISERR, Cfsr.DACCVIOL, Cfsr.IBUSERR, Cfsr.IACCVIOL, Cfsr.NOCP, Cfsr.INVSTATE),
    *(Cfsr.UNDEFINSTR, Cfsr.INVPC, Cfsr.DIVBYZERO, Cfsr.UNALIGNED, Cfsr.IMPRECISERR),
)


def exception_name(fault: FaultState) -> str:
    """Return the name of the exception that was taken."""
    return EXCEPTIONS.get(fault.exception, f"exception {fault.exception}")


def kind_of(bit: Cfsr) -> str:
    """Return the name of the fault that a cause belongs to."""
    return EXCEPTIONS[exception_of(bit)]


def cause_bits(fault: FaultState) -> tuple[Cfsr, ...]:
    """Return the CFSR bits that say why, none where the engine does not know."""
    return tuple(bit for bit in CAUSES if bit & (fault.cfsr or 0))


def primary(fault: FaultState) -> Cfsr | None:
    """Return the most specific cause, None where the status registers name none.

    Bits stay set until firmware clears them: those of the fault that was taken come first.
    """
    bits = cause_bits(fault)
    bits = tuple(bit for bit in bits if kind_of(bit) == exception_name(fault)) or bits
    exact: tuple[Cfsr, ...] = (Cfsr.PRECISERR, Cfsr.DACCVIOL)
    if fault.refused is not None:  # the engine knows more than the status registers
        exact += (Cfsr.IMPRECISERR,)
    precise = [bit for bit in exact if bit in bits]
    return next((bit for bit in (*precise, *_ORDER) if bit in bits), None)
