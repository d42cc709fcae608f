"""The floating-point part of a stacked frame (ARM DDI 0403E, B1.5.7, B1.5.10).

With FPCCR.LSPEN it is written when a handler uses the FPU: lazy preservation.
"""

from __future__ import annotations

import struct

from workbench.armv7m.architecture import CONTROL_FPCA, STACKED_FLOAT, Cfsr, Exc
from workbench.engines.embedded.bus import Bus, BusError
from workbench.engines.embedded.cortex_m.core_registers import CoreRegisters
from workbench.engines.embedded.cortex_m.exceptions import HARD_FAULT_PRIORITY, ExceptionState
from workbench.engines.embedded.cortex_m.mpu import Mpu
from workbench.engines.embedded.cortex_m.scb import (
    FPCCR_ASPEN,
    FPCCR_BFRDY,
    FPCCR_HFRDY,
    FPCCR_LSPACT,
    FPCCR_LSPEN,
    FPCCR_MMRDY,
    FPCCR_MONRDY,
    FPCCR_THREAD,
    FPCCR_USER,
    Scb,
)
from workbench.engines.embedded.cortex_m.special_registers import SpecialRegisters

FLOAT_FRAME = struct.Struct(f"<{len(STACKED_FLOAT)}I")
_SAVED = STACKED_FLOAT[:-1]  # s0 to s15 and FPSCR; the last word is reserved


class FloatContext:
    """Saves and restores s0 to s15 and FPSCR, at once or when they are needed."""

    def __init__(
        self,
        core: CoreRegisters,
        bus: Bus,
        exceptions: ExceptionState,
        scb: Scb,
        mpu: Mpu,
        special: SpecialRegisters,
    ) -> None:
        self._core = core
        self._bus = bus
        self._exceptions = exceptions
        self._scb = scb
        self._mpu = mpu
        self._special = special
        self._batch = core.batch(_SAVED)

    @property
    def is_lazy(self) -> bool:
        """Return whether an exception entry leaves room for them only."""
        return bool(self._scb.fpccr & FPCCR_LSPEN)

    @property
    def is_due(self) -> bool:
        """Return whether a frame waits for its floating-point part."""
        return bool(self._scb.fpccr & FPCCR_LSPACT)

    def begin(self) -> None:
        """Do what a floating-point instruction does before it accesses memory: ExecuteFPCheck."""
        control = self._core.get("control")
        if self._scb.is_float_automatic and not control & CONTROL_FPCA:
            self._special.set_control(control | CONTROL_FPCA)

    def stack(self, address: int) -> None:
        """Write them to `address`, or take note of it; raises BusError where it cannot."""
        if self.is_lazy:
            self._postpone(address)
        else:
            self._write(address)

    def preserve(self) -> Cfsr | None:
        """Do the lazy stacking that is due; return the CFSR bit for it where that faulted."""
        scb = self._scb
        scb.fpccr &= ~FPCCR_LSPACT
        privileged = not scb.fpccr & FPCCR_USER
        if not self._mpu.allows(scb.fpcar, FLOAT_FRAME.size, privileged, write=True):
            return Cfsr.MLSPERR
        try:
            self._write(scb.fpcar)
        except BusError:
            return Cfsr.LSPERR
        return None

    def unstack(self, address: int) -> None:
        """Read them back, unless the lazy frame was never written; raises BusError."""
        if self.is_due:
            self._scb.fpccr &= ~FPCCR_LSPACT
            return
        words = FLOAT_FRAME.unpack(self._bus.read(address, FLOAT_FRAME.size))
        for name, value in zip(_SAVED, words, strict=False):
            self._core.set(name, value)

    def _write(self, address: int) -> None:
        self._bus.write_stack(address, FLOAT_FRAME.pack(*self._batch.read(), 0))

    def _postpone(self, address: int) -> None:
        """Note where the registers go once they are needed: UpdateFPCCR (B1.5.7)."""
        scb, exceptions = self._scb, self._exceptions
        priority = exceptions.execution_priority(self._special.masks())
        ready = FPCCR_HFRDY if priority > HARD_FAULT_PRIORITY else 0
        for bit, fault in (
            (FPCCR_MMRDY, Exc.MEM_MANAGE),
            (FPCCR_BFRDY, Exc.BUS_FAULT),
            (FPCCR_MONRDY, Exc.DEBUG_MONITOR),
        ):
            if exceptions.enabled >> fault & 1 and exceptions.group_priority(fault) < priority:
                ready |= bit
        mode = 0 if self._special.ipsr else FPCCR_THREAD
        if not self._special.privileged:
            mode |= FPCCR_USER
        scb.fpcar = address & ~7
        scb.fpccr = scb.fpccr & (FPCCR_ASPEN | FPCCR_LSPEN) | FPCCR_LSPACT | ready | mode
