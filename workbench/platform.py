"""A platform: what the .repl says, and what platform.toml says beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.repl.description import Description


@dataclass(frozen=True)
class MemoryRegion:
    """A memory of the part; `kind` is "flash" or "ram"."""

    name: str
    kind: str
    origin: int
    size: int


@dataclass(frozen=True)
class Platform:
    """A board or a part that an image can run on.

    uart: name of the console's .repl entry.
    clock_hz: core clock that the board's firmware sets up, for latency.
    mips: million instructions a second of virtual time (`PerformanceInMips` of the cpu entry,
        100 where it says nothing, as in Renode).
    vector_table: address the core takes its initial SP and PC from at reset; None means where
        the image has its vector table.
    """

    name: str
    title: str
    repl: Path
    description: Description
    uart: str
    clock_hz: int
    mips: int
    memories: tuple[MemoryRegion, ...]
    vector_table: int | None = None
