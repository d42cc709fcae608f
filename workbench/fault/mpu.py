"""Which region of the MPU forbids an access (ARM DDI 0403E, B3.5), by its registers."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.armv7m.mpu_region import MpuRegion
from workbench.engines.base import Memory
from workbench.errors import WorkbenchError

_TYPE, _CTRL, _RNR = 0xE000ED90, 0xE000ED94, 0xE000ED98
_RBAR, _RASR = 0xE000ED9C, 0xE000EDA0
_CTRL_ENABLE, _CTRL_PRIVDEFENA = 1 << 0, 1 << 2
_MOST_REGIONS = 16
# What may be done to data, by whether it may be read and written
_ALLOWED = {
    (False, False): "no access",
    (True, False): "read-only",
    (True, True): "read and write",
}


@dataclass(frozen=True)
class MpuState:
    """The MPU as it is set up; `regions` with the lowest number first."""

    enabled: bool = False
    has_background: bool = True  # privileged code may use the default map besides the regions
    regions: tuple[MpuRegion, ...] = ()

    def region_at(self, address: int) -> MpuRegion | None:
        """Return the region that decides about `address`: the highest number wins (B3.5.3)."""
        return next((r for r in reversed(self.regions) if r.holds(address)), None)

    def refusal(self, address: int, privileged: bool, fetch: bool) -> str:
        """Say what forbids an access to `address`, "" where the MPU is off."""
        if not self.enabled:
            return ""
        region = self.region_at(address)
        if region is None:
            is_default = privileged and self.has_background
            return "" if is_default else "which no MPU region allows"
        if fetch and region.execute_never:
            return f"which {region} makes execute-never"
        allowed = _ALLOWED[region.may_read(privileged), region.may_write(privileged)]
        who = "" if privileged else " unprivileged code"
        if allowed == "no access":
            return f"which {region} closes to{who or ' all'}"
        return f"which {region} makes {allowed}{' for' + who if who else ''}"


def read_mpu(memory: Memory) -> MpuState:
    """Return how the MPU is set up; off where the engine or the part has none."""
    try:
        control = _word(memory, _CTRL)
        count = min(_word(memory, _TYPE) >> 8 & 0xFF, _MOST_REGIONS)
        if not control & _CTRL_ENABLE:
            return MpuState()
        selected = _word(memory, _RNR)
        try:
            found = [_region(memory, number) for number in range(count)]
        finally:
            memory.write(_RNR, selected.to_bytes(4, "little"))
    except WorkbenchError:
        return MpuState()
    regions = tuple(region for region in found if region is not None)
    return MpuState(True, bool(control & _CTRL_PRIVDEFENA), regions)


def _region(memory: Memory, number: int) -> MpuRegion | None:
    memory.write(_RNR, number.to_bytes(4, "little"))
    return MpuRegion.of(number, _word(memory, _RBAR), _word(memory, _RASR))


def _word(memory: Memory, address: int) -> int:
    return int.from_bytes(memory.read(address, 4), "little")
