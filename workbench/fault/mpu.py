"""Which region of the MPU forbids an access (ARM DDI 0403E, B3.5), by its registers."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.armv7m.mpu_region import MpuRegion
from workbench.machine import MpuRegisters

_CTRL_ENABLE, _CTRL_PRIVDEFENA = 1 << 0, 1 << 2  # of MPU_CTRL, B3.5.5
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


def mpu_state(registers: MpuRegisters) -> MpuState:
    """Return what the registers of the MPU set up; off where the engine or the part has none."""
    if not registers.control & _CTRL_ENABLE:
        return MpuState()
    found = (MpuRegion.of(number, *region) for number, region in enumerate(registers.regions))
    regions = tuple(region for region in found if region is not None)
    return MpuState(True, bool(registers.control & _CTRL_PRIVDEFENA), regions)
