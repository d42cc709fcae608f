"""What ARMv7-M fixes: registers, exceptions, what they stack, the memory map (ARM DDI 0403E)."""

from __future__ import annotations

from enum import IntEnum, IntFlag

CORE_REGISTERS = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc", "xpsr")

IPSR = 0x1FF
"""The bits of xPSR that number the exception that is handled, 0 in Thread mode (B1.4.2)."""

XPSR_T = 1 << 24
"""The Thumb bit of EPSR in xPSR: without it nothing executes (B1.4.2)."""

CONTROL_NPRIV, CONTROL_SPSEL, CONTROL_FPCA = 1 << 0, 1 << 1, 1 << 2
"""Thread mode is unprivileged; it is on PSP; floating point is in use (B1.4.4)."""


class Exc(IntEnum):
    """Exception numbers (B1.5.2)."""

    RESET = 1
    NMI = 2
    HARD_FAULT = 3
    MEM_MANAGE = 4
    BUS_FAULT = 5
    USAGE_FAULT = 6
    SVCALL = 11
    DEBUG_MONITOR = 12
    PENDSV = 14
    SYSTICK = 15
    IRQ0 = 16


FAULTS = frozenset({Exc.HARD_FAULT, Exc.MEM_MANAGE, Exc.BUS_FAULT, Exc.USAGE_FAULT})

SYSTEM_EXCEPTIONS: dict[int, str] = {
    Exc.RESET: "Reset",
    Exc.NMI: "NMI",
    Exc.HARD_FAULT: "HardFault",
    Exc.MEM_MANAGE: "MemManage",
    Exc.BUS_FAULT: "BusFault",
    Exc.USAGE_FAULT: "UsageFault",
    Exc.SVCALL: "SVCall",
    Exc.DEBUG_MONITOR: "DebugMonitor",
    Exc.PENDSV: "PendSV",
    Exc.SYSTICK: "SysTick",
}
"""Names by exception number (B1.5.2)."""


class Cfsr(IntFlag):
    """Configurable Fault Status Register (B3.2.15)."""

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


_MMFSR, _BFSR = 0xFF, 0xFF00  # the bytes of CFSR; what is above is UFSR


def exception_of(bit: Cfsr) -> Exc:
    """Return the fault that a bit of CFSR belongs to (B3.2.15)."""
    if bit & _MMFSR:
        return Exc.MEM_MANAGE
    return Exc.BUS_FAULT if bit & _BFSR else Exc.USAGE_FAULT


STACKED = ("r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr")
"""What an exception stacks, lowest address first (B1.5.6)."""

STACKED_FLOAT = (*(f"s{n}" for n in range(16)), "fpscr", "reserved")
"""What follows in an extended frame (B1.5.6)."""

BASIC_FRAME_BYTES = 4 * len(STACKED)
EXTENDED_FRAME_BYTES = BASIC_FRAME_BYTES + 4 * len(STACKED_FLOAT)

FRAME_PADDED = 1 << 9
"""Of the stacked xPSR: SP was moved by 4 to align the frame (B1.5.7)."""

# EXC_RETURN: where a handler returns to, and the stack that its frame is on (B1.5.8, table B1-8)
EXC_RETURN_HANDLER = 0xFFFFFFF1
EXC_RETURN_THREAD_MSP = 0xFFFFFFF9
EXC_RETURN_THREAD_PSP = 0xFFFFFFFD

_EXC_RETURN_PSP, EXC_RETURN_BASIC = 1 << 2, 1 << 4  # the latter clear: an extended frame

EXC_RETURN_VALUES = frozenset(
    value & ~extended
    for value in (EXC_RETURN_HANDLER, EXC_RETURN_THREAD_MSP, EXC_RETURN_THREAD_PSP)
    for extended in (0, EXC_RETURN_BASIC)
)
"""What an exception leaves in LR (B1.5.8)."""

EXC_RETURNS = frozenset(value & ~1 for value in EXC_RETURN_VALUES)
"""Where a handler's return address points, with bit 0 cleared, as in `Stop.pc`: a run that stops
there stands before the unstacking.
"""

# The default memory map (B3.1, table B3-1)
PERIPHERALS = range(0x40000000, 0x60000000)
EXTERNAL_DEVICES = range(0xA0000000, 0xE0000000)
SYSTEM = range(0xE0000000, 1 << 32)

_PRIVATE_PERIPHERALS = range(0xE0000000, 0xE0100000)
_OWN_PERIPHERALS = (range(0xE0000000, 0xE0040000), range(0xE00FF000, 0xE0100000))


def is_own_peripheral(address: int) -> bool:
    """Return whether the core itself answers, on every part: from ITM to SCS, ROM table (B3.1,
    C1.2.1).
    """
    return any(address in own for own in _OWN_PERIPHERALS)


def is_device_memory(address: int) -> bool:
    """Return whether it is Device or Strongly-ordered by the default memory map: accesses must be
    aligned, and nothing executes from it (B3.1, A3.2.1).
    """
    return any(address in area for area in (PERIPHERALS, EXTERNAL_DEVICES, SYSTEM))


def is_private(address: int) -> bool:
    """Return whether it is on the Private Peripheral Bus, for privileged code only (B3.1)."""
    return address in _PRIVATE_PERIPHERALS


def frame_is_on_psp(exc_return: int) -> bool:
    """Return whether the frame that `exc_return` leads back to lies on the process stack."""
    return bool(exc_return & _EXC_RETURN_PSP)


def frame_bytes(exc_return: int) -> int:
    """Return the size of the frame that `exc_return` leads back to."""
    return BASIC_FRAME_BYTES if exc_return & EXC_RETURN_BASIC else EXTENDED_FRAME_BYTES


def sp_before(frame: int, exc_return: int, xpsr: int) -> int:
    """Return SP as it was before the frame at `frame`, which holds `xpsr`, was stacked."""
    return frame + frame_bytes(exc_return) + (4 if xpsr & FRAME_PADDED else 0)
