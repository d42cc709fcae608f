"""What ARMv7-M fixes: registers, exceptions and what they stack (ARM DDI 0403E)."""

from __future__ import annotations

CORE_REGISTERS = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc", "xpsr")

IPSR = 0x1FF
"""The bits of xPSR that number the exception that is handled, 0 in Thread mode (B1.4.2)."""

CONTROL_NPRIV, CONTROL_SPSEL, CONTROL_FPCA = 1 << 0, 1 << 1, 1 << 2
"""Thread mode is unprivileged; it is on PSP; floating point is in use (B1.4.4)."""

SYSTEM_EXCEPTIONS = {
    1: "Reset",
    2: "NMI",
    3: "HardFault",
    4: "MemManage",
    5: "BusFault",
    6: "UsageFault",
    11: "SVCall",
    12: "DebugMonitor",
    14: "PendSV",
    15: "SysTick",
}
"""Names by exception number (B1.5.2)."""

STACKED = ("r0", "r1", "r2", "r3", "r12", "lr", "pc", "xpsr")
"""What an exception stacks, lowest address first (B1.5.6)."""

_BASIC_BYTES, _EXTENDED_BYTES = 0x20, 0x68  # without and with floating-point registers
_PADDED = 1 << 9  # of the stacked xPSR: SP was moved by 4 to align the frame

# With bit 0 cleared, as in Stop.pc: to Handler mode, to Thread mode on MSP, on PSP; with a basic
# frame, then with a floating-point frame. A run that stops there stands before the unstacking.
EXC_RETURNS = frozenset(
    {0xFFFFFFF0, 0xFFFFFFF8, 0xFFFFFFFC, 0xFFFFFFE0, 0xFFFFFFE8, 0xFFFFFFEC},
)
"""Where a handler's return address points (B1.5.8, table B1-8)."""

_EXC_RETURN_PSP, EXC_RETURN_BASIC = 1 << 2, 1 << 4


def frame_is_on_psp(exc_return: int) -> bool:
    """Whether the frame that `exc_return` leads back to lies on the process stack."""
    return bool(exc_return & _EXC_RETURN_PSP)


def sp_before(frame: int, exc_return: int, xpsr: int) -> int:
    """Return SP as it was before the frame at `frame`, which holds `xpsr`, was stacked."""
    size = _BASIC_BYTES if exc_return & EXC_RETURN_BASIC else _EXTENDED_BYTES
    return frame + size + (4 if xpsr & _PADDED else 0)
