"""Memory Protection Unit of ARMv7-M, PMSAv7 (ARM DDI 0403E, B3.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.armv7m.mpu_region import MpuRegion

MPU_TYPE, MPU_CTRL, MPU_RNR, MPU_RBAR, MPU_RASR = 0xD90, 0xD94, 0xD98, 0xD9C, 0xDA0
MPU_START, MPU_END = 0xD90, 0xDBC
ALIASES_START = 0xDA4  # RBAR_A1 .. RASR_A3
CTRL_ENABLE, CTRL_HFNMIENA, CTRL_PRIVDEFENA = 1 << 0, 1 << 1, 1 << 2
RBAR_VALID = 1 << 4
PPB_START, PPB_END = 0xE0000000, 0xE0100000


@dataclass(frozen=True)
class Permission:
    """What one privilege level may do at an address."""

    read: bool
    write: bool
    execute: bool


EVERYTHING = Permission(True, True, True)
_NONE = Permission(False, False, False)


class Mpu:
    """`on_change` is called when permissions may have changed."""

    STATE = ("ctrl", "_rnr", "_rbar", "_rasr")

    def __init__(self, regions: int, on_change: Callable[[], None]) -> None:
        self._count = regions
        self._on_change = on_change
        self.reset()

    def reset(self) -> None:
        self.ctrl = 0
        self.bypassed = False  # by HFNMIENA, at a priority below 0
        self._rnr = 0
        self._rbar = [0] * self._count
        self._rasr = [0] * self._count
        self._regions: tuple[MpuRegion, ...] | None = None

    @property
    def enabled(self) -> bool:
        """Return whether it decides about accesses now."""
        return bool(self.ctrl & CTRL_ENABLE) and not self.bypassed

    def settle(self, is_urgent: bool) -> None:
        """The core executes at a priority below 0 or not (B3.5.3): handlers of NMI and HardFault,
        and code under FAULTMASK, go past the MPU unless HFNMIENA is set.
        """
        self.bypassed = is_urgent and not self.ctrl & CTRL_HFNMIENA

    @property
    def regions(self) -> tuple[MpuRegion, ...]:
        """Enabled regions, the one that wins first."""
        if self._regions is None:
            found = (
                MpuRegion.of(n, self._rbar[n], self._rasr[n]) for n in reversed(range(self._count))
            )
            self._regions = tuple(region for region in found if region is not None)
        return self._regions

    def region_at(self, address: int) -> MpuRegion | None:
        """Return the region that decides about `address`, None for the default memory map."""
        return next((region for region in self.regions if region.holds(address)), None)

    def permission(self, address: int, privileged: bool) -> Permission:
        """Return what is allowed at `address` (B3.5.3); holes in the map do not matter here."""
        if not self.enabled or PPB_START <= address < PPB_END:
            return EVERYTHING
        region = self.region_at(address)
        if region is not None:
            read = region.may_read(privileged)
            return Permission(read, region.may_write(privileged), read and not region.execute_never)
        return EVERYTHING if privileged and self.ctrl & CTRL_PRIVDEFENA else _NONE

    def allows(self, start: int, size: int, privileged: bool, write: bool) -> bool:
        """Return whether all words of the `size` bytes from `start` on may be accessed."""
        if not self.enabled:
            return True
        words = (self.permission(one, privileged) for one in range(start, start + size, 4))
        return all(one.write if write else one.read for one in words)

    def borders(self) -> frozenset[int]:
        """Return the addresses at which the permission may change."""
        return frozenset().union(*(region.borders for region in self.regions))

    def read(self, offset: int) -> int:
        if offset == MPU_TYPE:
            return self._count << 8
        if offset == MPU_CTRL:
            return self.ctrl
        if offset == MPU_RNR:
            return self._rnr
        if offset >= ALIASES_START:
            offset = MPU_RBAR + (offset - MPU_RBAR) % 8
        if offset == MPU_RBAR:
            return self._rbar[self._rnr] | self._rnr
        return self._rasr[self._rnr]

    def write(self, offset: int, value: int) -> None:
        if offset == MPU_CTRL:
            self.ctrl = value & (CTRL_ENABLE | CTRL_HFNMIENA | CTRL_PRIVDEFENA)
        elif offset == MPU_RNR:
            self._rnr = value % self._count
        elif offset >= MPU_RBAR:
            if MPU_RBAR + (offset - MPU_RBAR) % 8 == MPU_RBAR:
                if value & RBAR_VALID:
                    self._rnr = value % self._count
                self._rbar[self._rnr] = value & ~0x1F
            else:
                self._rasr[self._rnr] = value
        self._regions = None
        self._on_change()

    def save(self) -> dict[str, Any]:
        return {
            name: value.copy() if isinstance(value := getattr(self, name), list) else value
            for name in self.STATE
        }

    def restore(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value.copy() if isinstance(value, list) else value)
        self._regions = None
        self._on_change()
