"""What was executed: a value that does not depend on the engine that recorded it.

Engines execute in blocks of their own making (a translator cuts them at page borders, at stops,
at watched addresses). A `Trace` is free of that: it counts every instruction address and every
transfer of control that was not sequential, so two engines that execute the same instructions
give equal traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.image import Image

UNKNOWN_FUNCTION = "?"
FLASH_LINE_BYTES = 16
"""Flash memories of Cortex-M4 parts are read 128 bits at a time (RM0090, 3.5.1)."""
FLASH_DATA_LINES = 8
"""Lines of the data cache that `FlashReads.lines` stands for (RM0090, 3.5.2: ART accelerator)."""


@dataclass(frozen=True)
class FlashReads:
    """How often an instruction read data from flash.

    lines: how many of the `reads` went to a line of FLASH_LINE_BYTES that was not among the
        FLASH_DATA_LINES ones read last by any instruction: the misses of such a cache.
    """

    reads: int
    lines: int


class LineCache:
    """The lines read last: what decides on `FlashReads.lines`."""

    def __init__(self) -> None:
        self._lines: list[int] = []  # the latest first

    def misses(self, line: int) -> bool:
        """Read `line`; return whether it was not there."""
        lines = self._lines
        if lines and lines[0] == line:
            return False
        missing = line not in lines
        if not missing:
            lines.remove(line)
        lines.insert(0, line)
        del lines[FLASH_DATA_LINES:]
        return missing


@dataclass(frozen=True)
class Trace:
    """Executed instructions and the jumps between them.

    counts: instruction address -> times issued (condition-failed instructions of an IT block
        included).
    jumps: (address of the last instruction before, address of the first instruction after) ->
        times, for every transfer that was not to the next instruction in memory: taken branches,
        calls, returns, exception entries and returns.
    code: start address -> bytes, the executed code as it was in memory, so that a trace can be
        decoded without the machine.
    flash_reads: instruction address -> its data reads from flash, literals included; None where
        they were not recorded. All reads are there on every engine; Renode may put one to an
        instruction a little before the one that reads.
    """

    counts: Mapping[int, int]
    jumps: Mapping[tuple[int, int], int]
    code: Mapping[int, bytes]
    flash_reads: Mapping[int, FlashReads] | None = None

    @property
    def instructions(self) -> int:
        """Instructions issued, in all."""
        return sum(self.counts.values())

    def by_function(self, image: Image) -> dict[str, int]:
        """Return the instructions issued in each function, its callees not included.

        Most first; what belongs to no function of the image is under "?".
        """
        totals: dict[str, int] = {}
        for address, times in self.counts.items():
            function = image.function_at(address)
            name = function.demangled if function is not None else UNKNOWN_FUNCTION
            totals[name] = totals.get(name, 0) + times
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))

    def entries(self, image: Image) -> dict[str, int]:
        """Return how often each function was entered at its first instruction by a jump."""
        totals: dict[str, int] = {}
        for (_, target), times in self.jumps.items():
            function = image.function_at(target)
            if function is not None and function.address == target:
                totals[function.demangled] = totals.get(function.demangled, 0) + times
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))

    def to_json(self) -> dict[str, Any]:
        """Return the trace in terms that JSON has; `from_json` takes it back."""
        reads = None
        if self.flash_reads is not None:
            reads = sorted((pc, found.reads, found.lines) for pc, found in self.flash_reads.items())
        return {
            "counts": sorted(self.counts.items()),
            "jumps": sorted((a, b, times) for (a, b), times in self.jumps.items()),
            "code": {f"0x{start:08x}": code.hex() for start, code in sorted(self.code.items())},
            "flash_reads": reads,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Trace:
        """Return the trace that `to_json` wrote."""
        reads = document.get("flash_reads")
        return cls(
            flash_reads=None if reads is None else {pc: FlashReads(*found) for pc, *found in reads},
            counts=dict(document["counts"]),
            jumps={(a, b): times for a, b, times in document["jumps"]},
            code={int(start, 16): bytes.fromhex(code) for start, code in document["code"].items()},
        )
