"""A trace while it is recorded: from the tracer's blocks and edges to a `Trace`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.armv7m.thumb import instructions
from workbench.engines.base import NO_TRACE, START_TRACE, TraceMark
from workbench.engines.code_cache import (
    CacheShape,
    FirstUse,
    Lines,
    Misses,
    code_fetches,
    found_again,
    joined_misses,
)
from workbench.engines.embedded.tracing.flash_reads import (
    FlashRanges,
    Found,
    ReadRecorder,
    reads_since,
)
from workbench.engines.embedded.tracing.recordings import Purpose, Recording
from workbench.engines.embedded.tracing.tracer import Tracer
from workbench.errors import UserError
from workbench.trace import CacheSize, CodeFetches, Trace


class TraceRecorder:
    """Records what a machine executes, in parts that end at the marks.

    flash_ranges: returns (start, end) of each range in which flash is visible.
    """

    def __init__(
        self,
        tracer: Tracer,
        reads: ReadRecorder,
        flash_ranges: Callable[[], FlashRanges],
        code_cache: CacheShape | None,
    ) -> None:
        self._tracer = tracer
        self._read_recorder = reads
        self._flash_ranges = flash_ranges
        self._code_cache = code_cache
        self._taken = self._nothing()
        self._reads: Found | None = None  # flash reads before the recording, None: not wanted
        self._is_recording = False

    def start(self, flash_reads: bool) -> None:
        """Begin anew."""
        self._release()
        self._taken = self._nothing()
        self._reads = self._read_recorder.start(self._flash_ranges()) if flash_reads else None
        self._tracer.start(Purpose.TRACE)
        self._is_recording = True

    def mark(self) -> RecordedMark:
        """End a part."""
        self._require_recording()
        self._taken.parts.append(self._tracer.cut(Purpose.TRACE))
        return self._mark()

    def stop(self) -> Trace:
        """End the recording and return all of it."""
        self._require_recording()
        self._is_recording = False
        self._taken.parts.append(self._tracer.stop(Purpose.TRACE))
        self._taken.end()
        trace = self._mark().since(None)
        self._release()
        return trace

    def _require_recording(self) -> None:
        if not self._is_recording:
            raise UserError(NO_TRACE, START_TRACE)

    def _nothing(self) -> _Taken:
        return _Taken([], self._code_cache, lambda: self._tracer.code_lines(Purpose.TRACE))

    def _mark(self) -> RecordedMark:
        reads = None if self._reads is None else self._read_recorder.counts()
        cache = self._read_recorder.data_cache
        return RecordedMark(self._taken, len(self._taken.parts), reads, self._reads, cache)

    def _release(self) -> None:
        if self._reads is not None:
            self._read_recorder.release()
            self._reads = None


@dataclass
class _Taken:
    """What was recorded, in `parts`; in_cache: returns the lines in the code cache now."""

    parts: list[Recording]
    code_cache: CacheShape | None
    in_cache: Callable[[], Lines]
    _found_at_end: frozenset[int] | None = None

    def end(self) -> None:
        """The recording has ended: what it has left in the cache stays."""
        self._found_at_end = self.found()

    def found(self) -> frozenset[int]:
        """Return the lines that a run like this one would find when it first fetches them."""
        if self._found_at_end is not None or self.code_cache is None:
            return self._found_at_end or frozenset()
        firsts = [first for part in self.parts for first in part.firsts]
        return found_again(self.code_cache, firsts, self.in_cache())


@dataclass(frozen=True)
class RecordedMark(TraceMark):
    """The end of the first `count` parts, and what was read from flash until then."""

    taken: _Taken
    count: int
    reads: Found | None
    reads_at_start: Found | None
    data_cache: CacheSize

    def since(self, earlier: TraceMark | None) -> Trace:
        assert earlier is None or isinstance(earlier, RecordedMark)
        first, before = (earlier.count, earlier.reads) if earlier else (0, self.reads_at_start)
        recording = joined(self.taken.parts[first : self.count])
        trace = replace(to_trace(recording), code_fetches=self._fetches(recording))
        if self.reads is None or before is None:
            return trace
        found = reads_since(self.reads, before)
        return replace(trace, flash_reads=found, data_cache=self.data_cache)

    def _fetches(self, recording: Recording) -> CodeFetches | None:
        taken = self.taken
        if taken.code_cache is None:
            return None

        def piece(number: int) -> tuple[int, Sequence[int]]:
            start, code, _ = recording.blocks[number]
            return start, _offsets(code)

        misses, firsts = recording.misses, recording.firsts
        return code_fetches(taken.code_cache, misses, firsts, taken.found(), piece)


def joined(parts: Sequence[Recording]) -> Recording:
    """Return what several recordings hold together."""
    if len(parts) == 1:
        return parts[0]
    times: dict[tuple[int, bytes], int] = {}
    for part in parts:
        for address, code, issued in part.blocks:
            times[address, code] = times.get((address, code), 0) + issued
    numbers = {block: number for number, block in enumerate(times)}
    edges: dict[tuple[int, int], int] = {}
    misses: list[Misses] = []
    firsts: list[FirstUse] = []
    for part in parts:
        own = [numbers[address, code] for address, code, _ in part.blocks]
        for (before, after), taken in part.edges.items():
            edge = own[before], own[after]
            edges[edge] = edges.get(edge, 0) + taken
        misses.append({(own[block], line): times for (block, line), times in part.misses.items()})
        firsts += [(line, own[block], index, way) for line, block, index, way in part.firsts]
    blocks = tuple((*block, issued) for block, issued in times.items())
    return Recording(blocks, edges, joined_misses(misses), tuple(firsts))


def to_trace(recording: Recording, with_sources: bool = False) -> Trace:
    """Spread block counts over instructions, and drop edges that only cut straight code.

    with_sources: blocks that an edge leaves from and that were not issued have counts of 0.
    """
    counts: dict[int, int] = {}
    code: dict[int, bytes] = {}
    lasts: list[int] = []
    for address, block, times in recording.blocks:
        offsets = _offsets(block)
        lasts.append(address + offsets[-1] if offsets else address)
        if not times and not with_sources:
            continue
        for offset in offsets:
            counts[address + offset] = counts.get(address + offset, 0) + times
        if len(block) > len(code.get(address, b"")):
            code[address] = block
    jumps: dict[tuple[int, int], int] = {}
    for (before, after), times in recording.edges.items():
        address, block, _ = recording.blocks[before]
        target = recording.blocks[after][0]
        if target == address + len(block):
            continue
        jump = (lasts[before], target)
        jumps[jump] = jumps.get(jump, 0) + times
    return Trace(counts=counts, jumps=jumps, code=_merge(code))


@lru_cache(maxsize=4096)
def _addresses(address: int, block: bytes) -> tuple[int, ...]:
    """Where the instructions of a block at `address` lie."""
    return tuple(address + offset for offset in _offsets(block))


@lru_cache(maxsize=4096)
def _offsets(block: bytes) -> tuple[int, ...]:
    """Where the instructions of a block begin."""
    return tuple(offset for offset, _ in instructions(block))


def _merge(code: dict[int, bytes]) -> dict[int, bytes]:
    """Join pieces of code that touch or overlap, so that equal runs give equal mappings."""
    merged: dict[int, bytearray] = {}
    start = end = -1
    for address in sorted(code):
        block = code[address]
        if start >= 0 and address <= end:
            merged[start][address - start : address - start + len(block)] = block
            end = max(end, address + len(block))
        else:
            start, end = address, address + len(block)
            merged[start] = bytearray(block)
    return {address: bytes(piece) for address, piece in merged.items()}
