"""An engine that wraps another one: what all such engines have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engines.base import (
    Engine,
    Limit,
    Memory,
    Registers,
    Snapshot,
    Stop,
    StopReason,
    TraceMark,
    Uart,
)
from workbench.support.distinct import Distinct

if TYPE_CHECKING:
    from workbench.image import Image
    from workbench.platform import Platform
    from workbench.trace import Trace


class EngineWrapper(Engine):
    """Passes everything on to `engine`; a subclass says what it notices, or does otherwise.

    stopped: why the last run ended, None before the first.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.name = engine.name
        self.stopped: StopReason | None = None
        self._warnings = Distinct()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the runs through this engine have warned of, each once."""
        return self._warnings.all

    @property
    def seconds(self) -> float:
        """Virtual time since reset when the last run ended."""
        if self.stopped is not None:
            return self.stopped.seconds
        return self.engine.seconds if isinstance(self.engine, EngineWrapper) else 0.0

    @property
    def uart(self) -> Uart:
        return self.engine.uart

    @property
    def registers(self) -> Registers:
        return self.engine.registers

    @property
    def memory(self) -> Memory:
        return self.engine.memory

    def load(self, image: Image, platform: Platform) -> None:
        self.engine.load(image, platform)
        self.stopped = None

    def reset(self) -> None:
        self.engine.reset()
        self.stopped = None

    def close(self) -> None:
        self.engine.close()

    def run(self, until: Stop, limit: Limit) -> StopReason:
        reason = self.engine.run(until, limit)
        self.stopped = reason
        self._warnings.add(reason.warnings)
        return reason

    def drive(self, port: str, pin: int, level: bool) -> None:
        self.engine.drive(port, pin, level)

    @property
    def instructions(self) -> int:
        return self.engine.instructions

    def start_trace(self, flash_reads: bool = False) -> None:
        self.engine.start_trace(flash_reads)

    def stop_trace(self) -> Trace:
        return self.engine.stop_trace()

    def mark_trace(self) -> TraceMark:
        return self.engine.mark_trace()

    def snapshot(self) -> Snapshot:
        return self.engine.snapshot()

    def restore(self, snapshot: Snapshot) -> None:
        self.engine.restore(snapshot)
