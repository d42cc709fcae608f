"""From the blocks that Renode began to a Trace.

Renode calls back at each block of instructions it begins, with the block's address; the recorder
(`worker.hooks`) notes besides how many instructions were executed before. A block
therefore ran for the difference to the next one's number, whatever cut it short: a fault, an
interrupt, a stop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.armv7m.thumb import is_wide
from workbench.engines.code_cache import CacheShape
from workbench.engines.renode.code_record import CodeRecord
from workbench.trace import Trace

_RECORD = np.dtype([("address", "<u8"), ("executed", "<u8")])
_CHUNK = 1 << 22
_HALF = np.uint64(32)
_LOW = 0xFFFFFFFF
_MERGE_GAP = 64

Run = tuple[int, int]  # address of a block, instructions executed of it
ReadMemory = Callable[[int, int], bytes]  # (address, size) -> contents


class BlockRecord:
    """What was executed during one recording, in its order."""

    def __init__(
        self,
        path: Path,
        executed: int,
        read: ReadMemory,
        code_cache: CacheShape | None = None,
        marks: Iterable[int] = (),
    ) -> None:
        """Take the record `path`.

        executed: the core's instruction count when the recording ended.
        read: memory of the machine, read here and not later.
        code_cache: the part's. marks: instruction counts that `trace` will be asked for besides.
        """
        records = records_in(path, _RECORD)
        lengths = np.diff(records["executed"], append=np.uint64(executed))
        begun = lengths > 0  # a block may be announced and then not be entered
        self._starts = records["executed"][begun]
        # Addresses and lengths have 32 bits: two of them in one number sort fast.
        runs = records["address"][begun] << _HALF | lengths[begun]
        kinds = _distinct(runs)
        self._kind = np.empty(len(runs), np.uint32)  # of each block begun: which of the distinct
        for part in _chunks(0, len(runs)):
            self._kind[part] = np.searchsorted(kinds, runs[part])
        distinct = [(run >> 32, run & _LOW) for run in kinds.tolist()]
        self._code = _Code(_ranges(distinct), read)
        self._layout = [self._code.addresses(*run) for run in distinct]
        self._code_record: CodeRecord | None = None
        if code_cache is not None:
            moments = np.array(sorted({*marks, executed}), np.uint64)
            ends = sorted({*np.searchsorted(self._starts, moments).tolist()})
            self._code_record = CodeRecord(code_cache, self._kind, self._layout, ends)

    def trace(self, since: int, until: int) -> Trace:
        """Return what was executed between two of the core's instruction counts.

        Where the core stood still a block ends and one begins. A jump belongs to what is executed
        after it.
        """
        ends = np.array([since, until], np.uint64)
        first, last = np.searchsorted(self._starts, ends).tolist()
        counts: Counter[int] = Counter()
        jumps: Counter[tuple[int, int]] = Counter()
        for kind, times in self._times(first, last).items():
            for address in self._layout[kind][0]:
                counts[address] += times
        for (before, after), times in self._pairs(first, last).items():
            addresses, end = self._layout[before]
            target = self._layout[after][0][0]
            if target != end:
                jumps[addresses[-1], target] += times
        trace = Trace(dict(counts), dict(jumps), self._code.executed(counts))
        if self._code_record is None:
            return trace
        return replace(trace, code_fetches=self._code_record.between(first, last))

    def _times(self, first: int, last: int) -> Counter[int]:
        """How often each kind of block ran."""
        found: Counter[int] = Counter()
        for part in _chunks(first, last):
            found.update(_counted(self._kind[part]))
        return found

    def _pairs(self, first: int, last: int) -> Counter[tuple[int, int]]:
        """How often a block of one kind was followed by one of another."""
        found: Counter[tuple[int, int]] = Counter()
        for part in _chunks(max(first, 1), last):
            before = self._kind[part.start - 1 : part.stop - 1].astype(np.uint64)
            for pair, times in _counted(before << _HALF | self._kind[part]).items():
                found[pair >> 32, pair & _LOW] += times
        return found


def records_in(path: Path, kind: np.dtype[Any]) -> npt.NDArray[Any]:
    """Return the whole records in a file, which may be empty."""
    return np.fromfile(path, kind) if path.stat().st_size else np.empty(0, kind)


def _chunks(first: int, last: int) -> Iterator[slice]:
    for start in range(first, last, _CHUNK):
        yield slice(start, min(start + _CHUNK, last))


def _distinct(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    parts = [np.unique(values[part]) for part in _chunks(0, len(values))]
    return np.unique(np.concatenate(parts)) if parts else values


def _counted(values: npt.NDArray[Any]) -> dict[int, int]:
    found, times = np.unique(values, return_counts=True)
    return dict(zip(found.tolist(), times.tolist(), strict=True))


def _ranges(runs: Iterable[Run]) -> list[tuple[int, int]]:
    """The address ranges [start, end) that the blocks can reach, near ones merged."""
    merged: list[tuple[int, int]] = []
    for address, length in sorted(runs):
        end = address + 4 * length
        if merged and address <= merged[-1][1] + _MERGE_GAP:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((address, end))
    return merged


class _Code:
    """The code as it was in memory when the recording ended."""

    def __init__(self, ranges: list[tuple[int, int]], read: ReadMemory) -> None:
        self._pieces = [(start, read(start, end - start)) for start, end in ranges]
        self._wide = {
            start + offset: is_wide(int.from_bytes(data[offset : offset + 2], "little"))
            for start, data in self._pieces
            for offset in range(0, len(data), 2)
        }

    def addresses(self, address: int, length: int) -> tuple[list[int], int]:
        """Return the addresses of `length` instructions from `address` on, and where the last one
        ends.
        """
        found = []
        for _ in range(length):
            found.append(address)
            address += self.size(address)
        return found, address

    def size(self, address: int) -> int:
        return 4 if self._wide[address] else 2

    def executed(self, counts: Counter[int]) -> dict[int, bytes]:
        """Return the executed code by start address, one entry for each unbroken piece."""
        pieces: dict[int, bytearray] = {}
        current, end = bytearray(), -1
        for address in sorted(counts):
            size = self.size(address)
            if address != end:
                current = pieces[address] = bytearray()
            current += self._bytes(address, size)
            end = address + size
        return {start: bytes(data) for start, data in pieces.items()}

    def _bytes(self, address: int, size: int) -> bytes:
        for start, data in self._pieces:
            if start <= address < start + len(data):
                return data[address - start : address - start + size]
        raise KeyError(address)
