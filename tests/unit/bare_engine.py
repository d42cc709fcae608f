"""What doubles of engines share: what a double does not have raises NotImplementedError."""

from __future__ import annotations

from workbench.engines.base import Engine, Snapshot, TraceMark
from workbench.trace import Trace


class BareEngine(Engine):
    """An engine without console, registers, memory, traces and snapshots."""

    uart = registers = memory = None

    def load(self, image, platform) -> None:
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
        raise NotImplementedError

    def mark_trace(self) -> TraceMark:
        raise NotImplementedError

    def snapshot(self) -> Snapshot:
        raise NotImplementedError

    def restore(self, snapshot: Snapshot) -> None:
        raise NotImplementedError
