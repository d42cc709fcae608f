"""What a tracer has recorded, for each purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from workbench.engines.code_cache import FirstUse, Misses
from workbench.engines.state import in_snapshots

NO_BLOCK = -1


class Purpose(IntEnum):
    """What a recording is for; each has its own beginning. The C tracer has the same values."""

    TRACE = 0
    CYCLES = 1


@in_snapshots("recording")
@dataclass(frozen=True)
class Recording:
    """What a tracer has recorded: blocks and the edges between them, by index into `blocks`.

    blocks: (start address, code, times issued); 0 times where only an edge leaves from it.
    edges: (index before, index after) -> times.
    misses, firsts: of the code cache, their pieces being blocks by index; for TRACE only.
    """

    blocks: tuple[tuple[int, bytes, int], ...]
    edges: dict[tuple[int, int], int]
    misses: Misses
    firsts: tuple[FirstUse, ...]


class BlockRecord:
    """One recording of the Python tracer, which knows blocks by its own numbers for them."""

    def __init__(self, last: int = NO_BLOCK) -> None:
        """last: the block issued before the first one of the recording, if that matters."""
        self._counts: dict[int, int] = {}
        self._edges: dict[tuple[int, int], int] = {}
        self._last = last
        self._before_last = NO_BLOCK
        self._leave_out = False  # the next edge: it has been returned already

    def issue(self, block: int) -> None:
        self._counts[block] = self._counts.get(block, 0) + 1
        last = self._last
        if last != NO_BLOCK and not self._leave_out:
            edge = (last, block)
            self._edges[edge] = self._edges.get(edge, 0) + 1
        self._leave_out = False
        self._before_last, self._last = last, block

    def leave_out(self) -> None:
        """Do not record an edge to the next block: the machine was restored, there was no jump."""
        self._leave_out = True

    def take_back(self) -> None:
        """The block issued last was not executed after all; what has been returned stays."""
        last, edge = self._last, (self._before_last, self._last)
        if last == NO_BLOCK:
            return
        if self._counts.get(last):
            self._counts[last] -= 1
        if self._edges.get(edge):
            self._edges[edge] -= 1
        else:
            self._leave_out = True
        self._last = self._before_last

    def cut(
        self, blocks: Sequence[tuple[int, bytes]], misses: Misses, firsts: Sequence[FirstUse]
    ) -> Recording:
        """Return what was issued since the last cut. blocks: address and code of each."""
        edges = {edge: times for edge, times in self._edges.items() if times}
        counts = {block: times for block, times in self._counts.items() if times}
        used = sorted({*counts, *(before for before, _ in edges)})
        numbers = {block: number for number, block in enumerate(used)}
        self._counts, self._edges = {}, {}
        return Recording(
            tuple((*blocks[block], counts.get(block, 0)) for block in used),
            {(numbers[a], numbers[b]): times for (a, b), times in edges.items()},
            {(numbers[block], line): times for (block, line), times in misses.items()},
            tuple((line, numbers[block], index, way) for line, block, index, way in firsts),
        )
