"""How a run ended: one value with all that is said of it afterwards, whatever ran the firmware.

Nothing of the machine is needed any more: what a diagnosis reads was captured at the stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from workbench.engines.base import StopKind, StopReason
from workbench.image import Image
from workbench.link.boot_log import model_failure
from workbench.machine.memory_dump import MemoryDump
from workbench.platform import Platform


class Verdict(Enum):
    """What a run says of the firmware, whatever else was checked."""

    GOOD = "good"  # it ended itself with 0, sleeps, or was still running
    CRASHED = "crashed"
    EXIT_CODE = "exit code"  # it ended itself, by semihosting, with another code than 0
    MODEL_FAILED = "model failed"


@dataclass(frozen=True)
class MpuRegisters:
    """MPU_CTRL, and MPU_RBAR and MPU_RASR of each region (ARM DDI 0403E, B3.5.4).

    Without regions where the MPU is off, or the engine or the part has none.
    """

    control: int = 0
    regions: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class CoreState:
    """Where a core stood when it stopped.

    registers: r0..r12, sp, lr, pc, xpsr, msp, psp, control, primask, faultmask and basepri, as far
    as the engine has them. memory: the memories of the part, and the registers of the System
    Control Space that say why a core refuses something. Large memories are kept in part.
    """

    registers: Mapping[str, int] = field(default_factory=dict)
    mpu: MpuRegisters = field(default_factory=MpuRegisters)
    memory: MemoryDump = field(default_factory=MemoryDump, repr=False)


@dataclass(frozen=True)
class Ending:
    """How a run of `image` on `platform` ended.

    engine: the name of the one that was asked. stop: why it stopped, None where the firmware has
    answered all that it was asked. console: all that the firmware has sent since it was loaded.
    warnings: what the engine has warned of, each once. core: where it stood.
    """

    image: Image = field(repr=False)
    platform: Platform = field(repr=False)
    engine: str
    stop: StopReason | None
    console: bytes = b""
    warnings: tuple[str, ...] = ()
    core: CoreState = field(default_factory=CoreState)

    @property
    def kind(self) -> StopKind | None:
        return self.stop.kind if self.stop is not None else None

    @property
    def pc(self) -> int:
        return self.stop.pc if self.stop is not None else 0

    @property
    def detail(self) -> str:
        """What the engine says of it."""
        return self.stop.detail if self.stop is not None else ""

    @property
    def exit_code(self) -> int | None:
        """The exit code with which the firmware ended itself, None if it did not."""
        return self.stop.exit_code if self.stop is not None else None

    @property
    def model_error(self) -> str:
        """Why its model did not start, as it printed it; "" where it did or there is none."""
        error = model_failure(self.console)
        return str(error) if error is not None else ""

    @property
    def verdict(self) -> Verdict:
        """The worst of what is known."""
        if self.stop is not None and self.stop.kind.is_crash:
            return Verdict.CRASHED
        if self.model_error:
            return Verdict.MODEL_FAILED
        return Verdict.EXIT_CODE if self.exit_code else Verdict.GOOD
