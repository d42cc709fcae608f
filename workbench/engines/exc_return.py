"""EXC_RETURN: where a handler's return address points (ARM DDI 0403E, B1.5.8, table B1-8)."""

from __future__ import annotations

# With bit 0 cleared, as in Stop.pc: to Handler mode, to Thread mode on MSP, on PSP; with a basic
# frame, then with a floating-point frame. A run that stops there stands before the unstacking.
EXC_RETURNS = frozenset(
    {0xFFFFFFF0, 0xFFFFFFF8, 0xFFFFFFFC, 0xFFFFFFE0, 0xFFFFFFE8, 0xFFFFFFEC},
)
