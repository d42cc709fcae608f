"""The core's accesses that plain memory does not take: devices, flash, and what is refused.

A store that the bus refuses is refused late on a Cortex-M4: it was in the write buffer, and the
core is behind it. So it is dropped, and the BusFault is taken at the next instruction boundary,
without an address (B1.5.14, Cortex-M4 TRM 3.8; how much later silicon takes it depends on the
bus). ACTLR.DISDEFWBUF makes stores precise, as they always are in Strongly-ordered memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbench.armv7m.architecture import Cfsr
from workbench.engines.embedded.bus import PAGE, READ_WRITE_EXECUTE, BusError, StoreDevice, Window
from workbench.engines.embedded.cortex_m.dwt import STIMULUS_END
from workbench.engines.embedded.cortex_m.mpu import PPB_END, PPB_START
from workbench.engines.embedded.cortex_m.scb import CCR_UNALIGN_TRP, CCR_USERSETMPEND
from workbench.engines.embedded.cortex_m.scs import ACTLR_DISDEFWBUF, SCS_BASE, STIR
from workbench.engines.embedded.events import Access

if TYPE_CHECKING:
    from workbench.engines.embedded.machine import Machine

_MOST_BYTES = 128  # of one instruction: VSTM of 32 registers


class Accesses:
    """Answers accesses; `refusal` says why the last one was refused."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.refusal = Cfsr.PRECISERR
        self._late: tuple[int, int] | None = None

    def answer(self, access: Access, address: int, size: int, value: int) -> int | None:
        """Return what is read, 0 for a write that was made, None for a refusal."""
        machine = self._machine
        self.refusal = Cfsr.PRECISERR
        if access is Access.FETCH:
            return None
        write = access is Access.WRITE
        mpu, unit = machine.mpu, machine.unit
        if mpu.enabled and not machine.protection.allows(address, write, unit.privileged):
            self.refusal = Cfsr.DACCVIOL
            return None
        if machine.alignment.refused:
            self.refusal = Cfsr.UNALIGNED
            return None
        if machine.watch.refuses(access, address, size):
            return None
        window = machine.bus.window_at(address)
        if window is not None and self._must_be_aligned(window, address, size):
            self.refusal = Cfsr.UNALIGNED  # Device memory takes aligned accesses only, A3.2.1
            return None
        if PPB_START <= address < PPB_END and not self._may_touch_core(address, write):
            return None
        if write:
            return self._write(window, address, size, value & (1 << 8 * size) - 1)
        return self._read(window, address, size)

    def take_late(self) -> tuple[int, int] | None:
        """Return address and size of the store that the core came out for, if it was refused."""
        late, self._late = self._late, None
        return late

    @contextmanager
    def nowhere_takes_stores(self, address: int) -> Iterator[None]:
        """Where nothing is mapped behind `address`, an instruction can store for the moment."""
        machine = self._machine
        pages = {(address + more) % (1 << 32) // PAGE * PAGE for more in (0, _MOST_BYTES - 1)}
        free = [page for page in sorted(pages) if not machine.bus.is_mapped(page)]
        for page in free:
            machine.core.map_memory(page, machine.core.scratch, PAGE, READ_WRITE_EXECUTE)
        try:
            yield
        finally:
            for page in free:
                machine.core.unmap(page, PAGE)

    def _must_be_aligned(self, window: Window, address: int, size: int) -> bool:
        if not address & size - 1:
            return False
        is_device = not isinstance(window.device, StoreDevice)
        return is_device or bool(self._machine.scb.ccr & CCR_UNALIGN_TRP)

    def _may_touch_core(self, address: int, write: bool) -> bool:
        """Whether the privilege suffices for the Private Peripheral Bus (B3.1.1, C1.7.3)."""
        machine = self._machine
        if machine.unit.privileged or PPB_START <= address < PPB_START + STIMULUS_END:
            return True
        is_stir = write and address == SCS_BASE + STIR
        return is_stir and bool(machine.scb.ccr & CCR_USERSETMPEND)

    def _read(self, window: Window | None, address: int, size: int) -> int | None:
        if window is None:
            return None
        try:
            read = window.device.read(address - window.start, size)
        except BusError:
            return None
        self._machine.polling.read(window, address, read)
        return read

    def _write(self, window: Window | None, address: int, size: int, value: int) -> int | None:
        machine = self._machine
        departure = machine.departure
        if departure.is_made(address):
            return 0
        if window is None and machine.program_flash(address, size, value):
            return 0
        try:
            if window is None:
                raise BusError(address)
            machine.polling.wrote()
            window.device.write(address - window.start, size, value)
        except BusError:
            if not self._is_buffered(address):
                return None
            if departure.begins(address, always=True):
                self._late = address, size
                return None
            return 0
        return None if departure.begins(address) else 0

    def _is_buffered(self, address: int) -> bool:
        machine = self._machine
        if PPB_START <= address < PPB_END:
            return False
        region = machine.mpu.region_at(address) if machine.mpu.enabled else None
        if region is not None:
            return not region.strongly_ordered
        return not machine.scs.actlr & ACTLR_DISDEFWBUF
