"""The core's accesses that plain memory does not take: devices, flash, and what is refused.

A store that the bus refuses is refused late on a Cortex-M4: it was in the write buffer, and the
core is behind it. So it is dropped, and the BusFault is taken at the next instruction boundary,
without an address (B1.5.14, Cortex-M4 TRM 3.8; how much later silicon takes it depends on the
bus). ACTLR.DISDEFWBUF makes stores precise, as they always are in Strongly-ordered memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from workbench.armv7m.architecture import EXTERNAL_DEVICES, PERIPHERALS, SYSTEM, Cfsr
from workbench.engines.embedded.bus import (
    PAGE,
    READ_WRITE_EXECUTE,
    Bus,
    BusError,
    StoreDevice,
    Window,
)
from workbench.engines.embedded.cortex_m.dwt import STIMULUS_END
from workbench.engines.embedded.cortex_m.mpu import PPB_END, PPB_START
from workbench.engines.embedded.cortex_m.processor import Processor
from workbench.engines.embedded.cortex_m.scb import CCR_UNALIGN_TRP, CCR_USERSETMPEND
from workbench.engines.embedded.cortex_m.scs import ACTLR_DISDEFWBUF, SCS_BASE, STIR
from workbench.engines.embedded.events import Access, Faulting, Refusal
from workbench.engines.embedded.unicorn.access_watcher import Watchers
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.stop_after_store import StopAfterStore

_MOST_BYTES = 128  # of one instruction: VSTM of 32 registers
_EXECUTE_NEVER = (PERIPHERALS, EXTERNAL_DEVICES, SYSTEM)  # in the default memory map
_PRECISE, _UNALIGNED = Faulting(Cfsr.PRECISERR), Faulting(Cfsr.UNALIGNED)


class AccessListener(Protocol):
    """Its methods are called when the firmware reads or writes a device."""

    def read(self, window: Window, address: int, value: int) -> None:
        """The firmware has read `value` at `address`."""

    def wrote(self) -> None:
        """The firmware has written to a device."""


class Accesses:
    """Answers accesses, once no watcher is against them.

    program_flash: takes a store of (address, size, value) to flash, and returns whether it may.
    """

    def __init__(
        self,
        core: Core,
        bus: Bus,
        processor: Processor,
        watchers: Watchers,
        stop_after_store: StopAfterStore,
        listener: AccessListener,
        program_flash: Callable[[int, int, int], bool],
    ) -> None:
        self._core = core
        self._bus = bus
        self._processor = processor
        self._watchers = watchers
        self._stop_after_store = stop_after_store
        self._listener = listener
        self._program_flash = program_flash

    def answer(self, access: Access, address: int, size: int, value: int) -> int | Refusal:
        """Return what is read, 0 for a write that was made, or why it was not made."""
        if access is Access.FETCH:
            return self._refused_fetch(address)
        refusal = self._watchers.before(access, address, size)
        if refusal is not None:
            return refusal
        window = self._bus.window_at(address)
        if window is not None and self._must_be_aligned(window, address, size):
            return _UNALIGNED  # Device memory takes aligned accesses only, A3.2.1
        write = access is Access.WRITE
        if PPB_START <= address < PPB_END and not self._may_touch_core(address, write):
            return _PRECISE
        if write:
            return self._write(window, address, size, value & (1 << 8 * size) - 1)
        return self._read(window, address, size)

    @contextmanager
    def nowhere_takes_stores(self, address: int) -> Iterator[None]:
        """Let an instruction store, for the moment, where nothing is mapped behind `address`."""
        pages = {(address + more) % (1 << 32) // PAGE * PAGE for more in (0, _MOST_BYTES - 1)}
        free = [page for page in sorted(pages) if not self._bus.is_mapped(page)]
        for page in free:
            self._core.map_memory(page, self._core.scratch, PAGE, READ_WRITE_EXECUTE)
        try:
            yield
        finally:
            for page in free:
                self._core.unmap(page, PAGE)

    def _refused_fetch(self, address: int) -> Faulting:
        in_map = self._bus.range_at(address) is not None
        never = any(address in area for area in _EXECUTE_NEVER)
        return Faulting(Cfsr.IACCVIOL if in_map or never else Cfsr.IBUSERR)

    def _must_be_aligned(self, window: Window, address: int, size: int) -> bool:
        if not address & size - 1:
            return False
        is_device = not isinstance(window.device, StoreDevice)
        return is_device or bool(self._processor.scb.ccr & CCR_UNALIGN_TRP)

    def _may_touch_core(self, address: int, write: bool) -> bool:
        """Return whether the privilege suffices for the Private Peripheral Bus (B3.1.1, C1.7.3)."""
        is_stimulus = PPB_START <= address < PPB_START + STIMULUS_END
        if is_stimulus or self._processor.special.privileged:
            return True
        is_stir = write and address == SCS_BASE + STIR
        return is_stir and bool(self._processor.scb.ccr & CCR_USERSETMPEND)

    def _read(self, window: Window | None, address: int, size: int) -> int | Refusal:
        if window is None:
            return _PRECISE
        try:
            read = window.device.read(address - window.start, size)
        except BusError:
            return _PRECISE
        self._listener.read(window, address, read)
        return read

    def _write(self, window: Window | None, address: int, size: int, value: int) -> int | Refusal:
        if self._stop_after_store.is_made(address):
            return 0
        if window is None and self._program_flash(address, size, value):
            return 0
        try:
            if window is None:
                raise BusError(address)
            self._listener.wrote()
            window.device.write(address - window.start, size, value)
        except BusError:
            if not self._is_buffered(address):
                return _PRECISE
            return self._watchers.behind(address, is_late=True) or 0
        return self._watchers.behind(address) or 0

    def _is_buffered(self, address: int) -> bool:
        if PPB_START <= address < PPB_END:
            return False
        mpu = self._processor.mpu
        region = mpu.region_at(address) if mpu.enabled else None
        if region is not None:
            return not region.strongly_ordered
        return not self._processor.scs.actlr & ACTLR_DISDEFWBUF
