"""A loaded machine: what an image runs on, how it is booted and fed, and how its runs end."""

from __future__ import annotations

from workbench.machine.capture import capture
from workbench.machine.ending import CoreState, Ending, MpuRegisters, Verdict
from workbench.machine.loaded import LoadedMachine, open_machine
from workbench.machine.memory_dump import MemoryDump, Piece

__all__ = [
    "CoreState",
    "Ending",
    "LoadedMachine",
    "MemoryDump",
    "MpuRegisters",
    "Piece",
    "Verdict",
    "capture",
    "open_machine",
]
