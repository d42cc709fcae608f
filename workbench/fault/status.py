"""The names of faults: exceptions and status bits as the ARMv7-M manual spells them."""

from __future__ import annotations

from enum import IntFlag

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


EXCEPTIONS = {3: "HardFault", 4: "MemManage", 5: "BusFault", 6: "UsageFault"}
"""Exception numbers of the faults, DDI 0403E, B1.5.2."""

_ADDRESS_VALID = Cfsr.MMARVALID | Cfsr.BFARVALID  # they say of an address, not of a cause


def exception_name(fault: FaultState) -> str:
    """Return the name of the exception that was taken."""
    return EXCEPTIONS.get(fault.exception, f"exception {fault.exception}")


def causes(fault: FaultState) -> tuple[str, ...]:
    """Return the names of the CFSR bits that say why, none where the engine does not know."""
    bits = Cfsr(fault.cfsr or 0) & ~_ADDRESS_VALID
    return tuple(bit.name or "" for bit in Cfsr if bit in bits)


KINDS = frozenset(EXCEPTIONS.values()) | {bit.name or "" for bit in Cfsr if bit & ~_ADDRESS_VALID}
"""What a fault can be called."""
