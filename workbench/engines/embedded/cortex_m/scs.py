"""The System Control Space at 0xE000E000: NVIC registers, and who answers which address.

Source: ARM DDI 0403E, B3.2 to B3.5.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.armv7m.architecture import Exc
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState
from workbench.engines.embedded.cortex_m.mpu import MPU_END, MPU_START, Mpu
from workbench.engines.embedded.cortex_m.scb import CFSR, DFSR, HFSR, Scb
from workbench.engines.embedded.cortex_m.systick import SysTick

SCS_BASE, SCS_SIZE = 0xE000E000, 0x1000
ICTR, ACTLR = 0x004, 0x008
# DISMCYCINT, DISDEFWBUF, DISFOLD, DISFPCA, DISOOFP (Cortex-M4 TRM, DDI 0439B, 4.2.1)
ACTLR_DISDEFWBUF, ACTLR_WRITABLE = 1 << 1, 0x307
SYSTICK_START, SYSTICK_END = 0x010, 0x020
ISER, ICER, ISPR, ICPR, IABR, IPR, IPR_END = 0x100, 0x180, 0x200, 0x280, 0x300, 0x400, 0x5F0
SCB_START, SCB_END = 0xD00, 0xD90
DHCSR, DEMCR, DEBUG_END = 0xDF0, 0xDFC, 0xE00
STIR = 0xF00
FPU_START, FPU_END = 0xF34, 0xF48
BANK = 0x80  # bytes of one of the bit arrays

_WRITE_ONE_TO_CLEAR = frozenset({CFSR, HFSR, DFSR})


class Nvic:
    """The interrupt controller's registers over an `ExceptionState` (B3.4)."""

    def __init__(self, exceptions: ExceptionState) -> None:
        self._exceptions = exceptions
        self._all = ((1 << exceptions.interrupts) - 1) << Exc.IRQ0

    def read(self, offset: int) -> int:
        if offset == ICTR:
            return max(0, -(-self._exceptions.interrupts // 32) - 1)
        if offset >= IPR:
            first = offset - IPR + Exc.IRQ0
            return int.from_bytes(self._exceptions.priorities[first : first + 4], "little")
        shift = Exc.IRQ0 + (offset % BANK) * 8
        bank = offset // BANK * BANK
        if bank in (ISER, ICER):
            source = self._exceptions.enabled
        elif bank in (ISPR, ICPR):
            source = self._exceptions.pending
        elif bank == IABR:
            source = self._exceptions.active
        else:
            return 0
        return source >> shift & 0xFFFFFFFF

    def write(self, offset: int, value: int) -> None:
        exceptions = self._exceptions
        if offset >= IPR:
            for lane in range(4):
                exceptions.set_priority(offset - IPR + Exc.IRQ0 + lane, value >> 8 * lane)
            return
        mask = value << Exc.IRQ0 + (offset % BANK) * 8 & self._all
        bank = offset // BANK * BANK
        if bank == ISER:
            exceptions.enabled |= mask
        elif bank == ICER:
            exceptions.enabled &= ~mask
        elif bank == ISPR:
            exceptions.pending |= mask
        elif bank == ICPR:
            # An input that is still high keeps its interrupt pending.
            exceptions.pending &= ~mask | exceptions.lines

    def trigger(self, value: int) -> None:
        """Write STIR: pend an interrupt by number."""
        self._exceptions.pending |= 1 << Exc.IRQ0 + (value & 0x1FF) & self._all


class SystemControlSpace:
    """Routes word accesses; narrower ones become words here.

    `on_change` is called after a write that may make an exception ready.
    """

    def __init__(
        self,
        exceptions: ExceptionState,
        systick: SysTick,
        scb: Scb,
        mpu: Mpu,
        on_change: Callable[[], None],
    ) -> None:
        self._nvic = Nvic(exceptions)
        self._systick = systick
        self._scb = scb
        self._mpu = mpu
        self._on_change = on_change
        self.reset()

    def reset(self) -> None:
        self.demcr = 0
        self.actlr = 0

    def read(self, offset: int, width: int) -> int:
        word = self._read(offset & ~3)
        return word >> 8 * (offset & 3) & (1 << 8 * width) - 1

    def write(self, offset: int, width: int, value: int) -> None:
        if width < 4:
            shift, base = 8 * (offset & 3), offset & ~3
            value <<= shift
            if base not in _WRITE_ONE_TO_CLEAR:
                value |= self._read(base) & ~(((1 << 8 * width) - 1) << shift)
            offset = base
        self._write(offset, value)
        self._on_change()

    def _read(self, offset: int) -> int:
        if offset == ICTR or ISER <= offset < IPR_END:
            return self._nvic.read(offset)
        if SYSTICK_START <= offset < SYSTICK_END:
            return self._systick.read(offset - SYSTICK_START)
        if MPU_START <= offset < MPU_END:
            return self._mpu.read(offset)
        if SCB_START <= offset < SCB_END or FPU_START <= offset < FPU_END:
            return self._scb.read(offset)
        if offset == ACTLR:
            return self.actlr
        return self.demcr if offset == DEMCR else 0

    def _write(self, offset: int, value: int) -> None:
        if ISER <= offset < IPR_END:
            self._nvic.write(offset, value)
        elif SYSTICK_START <= offset < SYSTICK_END:
            self._systick.write(offset - SYSTICK_START, value)
        elif MPU_START <= offset < MPU_END:
            self._mpu.write(offset, value)
        elif SCB_START <= offset < SCB_END or FPU_START <= offset < FPU_END:
            self._scb.write(offset, value)
        elif offset == STIR:
            self._nvic.trigger(value)
        elif offset == ACTLR:
            self.actlr = value & ACTLR_WRITABLE
        elif offset == DEMCR:
            self.demcr = value

    def save(self) -> dict[str, Any]:
        return {"demcr": self.demcr, "actlr": self.actlr}

    def restore(self, state: dict[str, Any]) -> None:
        self.demcr, self.actlr = state["demcr"], state["actlr"]
