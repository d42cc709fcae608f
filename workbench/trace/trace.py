"""What was executed: a value that does not depend on the engine that recorded it.

Engines execute in blocks of their own making (a translator cuts them at page borders, at stops,
at watched addresses). A `Trace` is free of that: it counts every instruction address and every
transfer of control that was not sequential, so two engines that execute the same instructions
give equal traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from workbench.image import Image

UNKNOWN_FUNCTION = "?"


class CacheSize(NamedTuple):
    """A cache of flash by its size: so many lines of so many bytes; no lines where there is none,
    and the bytes that the flash delivers at once."""

    lines: int
    line_bytes: int

    @property
    def total_bytes(self) -> int:
        """All that it holds."""
        return self.lines * self.line_bytes

    @property
    def line_shift(self) -> int:
        """The base-2 logarithm of `line_bytes`."""
        return self.line_bytes.bit_length() - 1


NO_CACHE = CacheSize(0, 16)


@dataclass(frozen=True)
class FlashReads:
    """How often an instruction read data from flash.

    lines: how many of the `reads` went to a line that was not in `Trace.data_cache`, which holds
        the lines read last by any instruction; where there is none, all of them.
    """

    reads: int
    lines: int


class LineCache:
    """A cache of so many lines, or none; the one used longest ago makes room for another."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lines: dict[int, None] = {}  # the latest last

    def misses(self, line: int) -> bool:
        """Read `line`; return whether it was not there."""
        lines = self._lines
        missing = line not in lines
        if not missing:
            del lines[line]
        elif not self._capacity:
            return True
        elif len(lines) == self._capacity:
            del lines[next(iter(lines))]
        lines[line] = None
        return missing

    @property
    def lines(self) -> list[int]:
        """The lines in the cache, the latest first."""
        return list(reversed(self._lines))


@dataclass(frozen=True)
class LineMisses:
    """How often an instruction needed a line of code that was not in the code cache.

    Each (in sequence, after a jump to the instruction).
    always: whatever the cache held at the start of the trace.
    repeated: where it held what this very trace leaves in it, as in one of many runs alike.
    cold: where it held nothing.
    """

    always: tuple[int, int]
    repeated: tuple[int, int]
    cold: tuple[int, int]


@dataclass(frozen=True)
class CodeFetches:
    """What was missing in a code cache of `cache_lines` lines of `line_bytes` bytes, the part's, of
    which the one used longest ago makes room for another. Only code in flash is cached.

    misses: by instruction address; none where nothing was missing.
    """

    cache_lines: int
    line_bytes: int
    misses: Mapping[int, LineMisses]


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
    data_cache: the part's, of which the `flash_reads` have the misses.
    code_fetches: what was missing in the part's code cache; None where it has none. A part of a
        trace, between marks, has its share of the whole.
    """

    counts: Mapping[int, int]
    jumps: Mapping[tuple[int, int], int]
    code: Mapping[int, bytes]
    flash_reads: Mapping[int, FlashReads] | None = None
    data_cache: CacheSize = NO_CACHE
    code_fetches: CodeFetches | None = None

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
            "data_cache": list(self.data_cache),
            "code_fetches": _fetches_to_json(self.code_fetches),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Trace:
        """Return the trace that `to_json` wrote."""
        reads = document.get("flash_reads")
        return cls(
            flash_reads=None if reads is None else {pc: FlashReads(*found) for pc, *found in reads},
            data_cache=CacheSize(*document.get("data_cache", NO_CACHE)),
            code_fetches=_fetches_from_json(document.get("code_fetches")),
            counts=dict(document["counts"]),
            jumps={(a, b): times for a, b, times in document["jumps"]},
            code={int(start, 16): bytes.fromhex(code) for start, code in document["code"].items()},
        )


def _fetches_to_json(fetches: CodeFetches | None) -> dict[str, Any] | None:
    if fetches is None:
        return None
    return {
        "cache_lines": fetches.cache_lines,
        "line_bytes": fetches.line_bytes,
        "misses": [(pc, *astuple(missed)) for pc, missed in sorted(fetches.misses.items())],
    }


def _fetches_from_json(document: Mapping[str, Any] | None) -> CodeFetches | None:
    if document is None:
        return None
    misses = {pc: LineMisses(*map(tuple, missed)) for pc, *missed in document["misses"]}
    return CodeFetches(document["cache_lines"], document["line_bytes"], misses)
