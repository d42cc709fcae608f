"""The MPU's permissions, applied to the core's pages.

Unicorn checks permissions by 4 KiB page and only for one privilege at a time, so the pages are
protected anew when the privilege changes. A page of RAM inside which the permissions change is
taken off the fast path: every access to it comes to the machine, which asks the MPU.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from unicorn import unicorn_const

from workbench.armv7m.architecture import Cfsr
from workbench.engines.embedded.bus import PAGE, Bus
from workbench.engines.embedded.cortex_m.mpu import EVERYTHING, Mpu, Permission
from workbench.engines.embedded.events import Access, Faulting, Refusal
from workbench.engines.embedded.unicorn.access_watcher import AccessWatcher
from workbench.engines.embedded.unicorn.core import Core

_EXECUTE = unicorn_const.UC_PROT_EXEC


class Protection(AccessWatcher):
    """Keeps the page permissions as the MPU wants them, and asks it where pages are too coarse."""

    def __init__(self, core: Core, bus: Bus, mpu: Mpu, is_privileged: Callable[[], bool]) -> None:
        self._core = core
        self._bus = bus
        self._mpu = mpu
        self._is_privileged = is_privileged
        self.applied = False  # whether any page differs from its own permissions
        self._current: tuple[object, ...] = ()
        self._pages: list[tuple[int, int, int]] = []

    @property
    def is_armed(self) -> bool:
        return self._mpu.enabled

    def before(self, access: Access, address: int, size: int) -> Refusal | None:
        permission = self._mpu.permission(address, self._is_privileged())
        allowed = permission.write if access is Access.WRITE else permission.read
        return None if allowed else Faulting(Cfsr.DACCVIOL)

    @property
    def pages(self) -> list[tuple[int, int, int]]:
        """(start, end, UC_PROT_* bits) of all plain memory, as it is now."""
        return self._pages or [
            (start, end, _bits(EVERYTHING, is_flash)) for start, end, is_flash in self._bus.mapped
        ]

    def update(self, privileged: bool) -> None:
        """Apply what the MPU says for this privilege."""
        wanted = (self._mpu.enabled, self._mpu.ctrl, self._mpu.regions, privileged)
        if (not self._mpu.enabled and not self.applied) or wanted == self._current:
            return
        self._current = wanted
        before = self.pages
        self.applied = self._mpu.enabled
        self._pages = []
        borders = self._mpu.borders() if self._mpu.enabled else frozenset()
        for start, end, is_flash in self._bus.mapped:
            self._protect(start, end, is_flash, borders, privileged)
        self._forget_code(before)
        self.on_arming()

    def _forget_code(self, before: list[tuple[int, int, int]]) -> None:
        """Unicorn executes what it has translated, whatever the permissions are by now."""
        executable = [(start, end) for start, end, bits in before if bits & _EXECUTE]
        for start, end, bits in self._pages:
            if not bits & _EXECUTE and any(a < end and start < b for a, b in executable):
                self._core.forget_code(start, end - start)
                self._core.forget_translations()  # that looked the pages up, and let anything pass

    def _protect(
        self, start: int, end: int, is_flash: bool, borders: frozenset[int], privileged: bool
    ) -> None:
        cuts = {start, end}
        mixed = set()
        for border in borders:
            if not start < border < end:
                continue
            if border % PAGE:
                page = border - border % PAGE
                mixed.add(page)
                cuts |= {page, page + PAGE}
            else:
                cuts.add(border)
        ordered = sorted(cuts)
        for begin, stop in pairwise(ordered):
            self._bus.divert(begin, stop, begin in mixed)
            if begin not in mixed:
                bits = _bits(self._mpu.permission(begin, privileged), is_flash)
                self._core.protect(begin, stop - begin, bits)
                self._pages.append((begin, stop, bits))


def _bits(permission: Permission, is_flash: bool) -> int:
    bits = unicorn_const.UC_PROT_NONE
    if permission.read:
        bits |= unicorn_const.UC_PROT_READ
    if permission.write and not is_flash:
        bits |= unicorn_const.UC_PROT_WRITE
    if permission.execute:
        bits |= _EXECUTE
    return bits
