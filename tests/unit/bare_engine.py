"""What doubles of engines share: what a double does not have raises NotImplementedError."""

from __future__ import annotations

from workbench.engines.base import (
    NO_TRACE,
    START_TRACE,
    Engine,
    Memory,
    Registers,
    Snapshot,
    TraceMark,
    Uart,
)
from workbench.errors import UserError
from workbench.image import Image
from workbench.platform import Platform
from workbench.trace import Trace


class BareEngine(Engine):
    """An engine without console, registers, memory, traces and snapshots."""

    @property
    def uart(self) -> Uart:
        raise NotImplementedError

    @property
    def registers(self) -> Registers:
        raise NotImplementedError

    @property
    def memory(self) -> Memory:
        raise NotImplementedError

    def load(self, image: Image, platform: Platform) -> None:
        self.reset()

    def reset(self) -> None:
        pass

    def close(self) -> None:
        pass

    def drive(self, port: str, pin: int, level: bool) -> None:
        raise NotImplementedError

    def start_trace(self, flash_reads: bool = False) -> None:
        raise NotImplementedError

    def stop_trace(self) -> Trace:
        raise UserError(NO_TRACE, START_TRACE)

    def mark_trace(self) -> TraceMark:
        raise UserError(NO_TRACE, START_TRACE)

    def snapshot(self) -> Snapshot:
        raise NotImplementedError

    def restore(self, snapshot: Snapshot) -> None:
        raise NotImplementedError
