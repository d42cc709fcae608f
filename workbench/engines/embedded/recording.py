"""A trace while it is recorded: from the tracer's blocks and edges to a `Trace`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from workbench.engines.base import TraceMark
from workbench.engines.embedded.reads import Found, reads_since
from workbench.engines.embedded.tracer import Recording
from workbench.thumb import instructions
from workbench.trace import Trace

if TYPE_CHECKING:
    from workbench.engines.embedded.machine import Machine


class TraceRecorder:
    """Records what a machine executes, in parts that end at the marks."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._parts: list[Recording] = []
        self._reads: Found | None = None  # flash reads before the recording, None: not wanted

    def start(self, flash_reads: bool) -> None:
        """Begin anew."""
        machine = self._machine
        self._release()
        self._parts = []
        self._reads = machine.reads.start(machine.flash_ranges) if flash_reads else None
        machine.tracer.start()

    def mark(self) -> RecordedMark:
        """End a part."""
        self._parts.append(self._machine.tracer.cut())
        return self._mark()

    def stop(self) -> Trace:
        """End the recording and return all of it."""
        self._parts.append(self._machine.tracer.stop())
        trace = self._mark().since(None)
        self._release()
        return trace

    def _mark(self) -> RecordedMark:
        reads = None if self._reads is None else self._machine.reads.counts()
        return RecordedMark(self._parts, len(self._parts), reads, self._reads)

    def _release(self) -> None:
        if self._reads is not None:
            self._machine.reads.release()
            self._reads = None


@dataclass(frozen=True)
class RecordedMark(TraceMark):
    """The end of the first `count` of `parts`, and what was read from flash until then."""

    parts: Sequence[Recording]
    count: int
    reads: Found | None
    reads_at_start: Found | None

    def since(self, earlier: TraceMark | None) -> Trace:
        assert earlier is None or isinstance(earlier, RecordedMark)
        first, before = (earlier.count, earlier.reads) if earlier else (0, self.reads_at_start)
        trace = to_trace(joined(self.parts[first : self.count]))
        if self.reads is None or before is None:
            return trace
        return replace(trace, flash_reads=reads_since(self.reads, before))


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
    for part in parts:
        own = [numbers[address, code] for address, code, _ in part.blocks]
        for (before, after), taken in part.edges.items():
            edge = own[before], own[after]
            edges[edge] = edges.get(edge, 0) + taken
    return Recording(tuple((*block, issued) for block, issued in times.items()), edges)


def to_trace(recording: Recording) -> Trace:
    """Spread block counts over instructions, and drop edges that only cut straight code."""
    counts: dict[int, int] = {}
    code: dict[int, bytes] = {}
    lasts: list[int] = []
    for address, block, times in recording.blocks:
        offsets = _offsets(block)
        if times:
            for offset in offsets:
                counts[address + offset] = counts.get(address + offset, 0) + times
        lasts.append(address + offsets[-1] if offsets else address)
        if times and len(block) > len(code.get(address, b"")):
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
def _offsets(block: bytes) -> tuple[int, ...]:
    """Where the instructions of a block begin."""
    return tuple(offset for offset, _, _ in instructions(block))


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
