"""From the blocks that Renode began to a Trace.

Renode calls back at each block of instructions it begins, with the block's address; the recorder
(`worker.hooks`) notes besides how many instructions were executed before. A block
therefore ran for the difference to the next one's number, whatever cut it short: a fault, an
interrupt, a stop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.trace import FLASH_LINE_BYTES, FlashReads, LineCache, Trace

_RECORD = np.dtype([("address", "<u8"), ("executed", "<u8")])
_READ = np.dtype([("pc", "<u8"), ("address", "<u8")])
_CHUNK = 1 << 22
_HALF = np.uint64(32)
_WIDE = 0xE800  # first halfword of a 32-bit instruction is at least this (ARM DDI 0403E, A5.1)
_MERGE_GAP = 64

Run = tuple[int, int]  # address of a block, instructions executed of it


def read_trace(path: Path, executed: int, read: Callable[[int, int], bytes]) -> Trace:
    """Return the trace in the record `path`.

    executed: the core's instruction count when the recording ended.
    read: memory of the machine, (address, size) -> bytes.
    """
    runs, followers = _count(path, executed)
    code = _Code(_ranges(runs), read)
    layout = {run: code.addresses(*run) for run in runs}
    counts: Counter[int] = Counter()
    for run, times in runs.items():
        for address in layout[run][0]:
            counts[address] += times
    jumps: Counter[tuple[int, int]] = Counter()
    for (run, next_address), times in followers.items():
        addresses, end = layout[run]
        if next_address != end:
            jumps[addresses[-1], next_address] += times
    return Trace(dict(counts), dict(jumps), code.executed(counts))


def read_flash_reads(path: Path) -> dict[int, FlashReads]:
    """Return the data reads in the record `path`, by instruction."""
    records = np.fromfile(path, _READ) if path.stat().st_size else np.empty(0, _READ)
    cache = LineCache()
    counts: dict[int, list[int]] = {}
    lines = (records["address"] // FLASH_LINE_BYTES).tolist()
    for pc, line in zip(records["pc"].tolist(), lines, strict=True):
        count = counts.setdefault(pc, [0, 0])
        count[0] += 1
        count[1] += cache.misses(line)
    return {pc: FlashReads(*count) for pc, count in sorted(counts.items())}


def _count(path: Path, executed: int) -> tuple[Counter[Run], Counter[tuple[Run, int]]]:
    """Count blocks by address and length, and by what followed them."""
    records = np.fromfile(path, _RECORD) if path.stat().st_size else np.empty(0, _RECORD)
    lengths = np.diff(records["executed"], append=np.uint64(executed))
    begun = lengths > 0  # a block may be announced and then not be entered
    addresses, lengths = records["address"][begun], lengths[begun]
    runs: Counter[Run] = Counter()
    followers: Counter[tuple[Run, int]] = Counter()
    for start in range(0, len(addresses), _CHUNK):
        part = slice(start, start + _CHUNK)
        # Addresses and lengths have 32 bits: two of them in one number sort fast.
        kinds, kind, times = np.unique(
            addresses[part] << _HALF | lengths[part], return_inverse=True, return_counts=True
        )
        found = [(key >> 32, key & 0xFFFFFFFF) for key in kinds.tolist()]
        runs.update(dict(zip(found, times.tolist(), strict=True)))
        following = addresses[start + 1 : start + 1 + _CHUNK]
        links = kind[: len(following)].astype(np.uint64) << _HALF | following
        pairs, seen = np.unique(links, return_counts=True)
        for key, count in zip(pairs.tolist(), seen.tolist(), strict=True):
            followers[found[key >> 32], key & 0xFFFFFFFF] += count
    return runs, followers


def _ranges(runs: Counter[Run]) -> list[tuple[int, int]]:
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

    def __init__(self, ranges: list[tuple[int, int]], read: Callable[[int, int], bytes]) -> None:
        self._pieces = [(start, read(start, end - start)) for start, end in ranges]
        self._wide = {
            start + offset: int.from_bytes(data[offset : offset + 2], "little") >= _WIDE
            for start, data in self._pieces
            for offset in range(0, len(data), 2)
        }

    def addresses(self, address: int, length: int) -> tuple[list[int], int]:
        """Addresses of `length` instructions from `address` on, and where the last one ends."""
        found = []
        for _ in range(length):
            found.append(address)
            address += self.size(address)
        return found, address

    def size(self, address: int) -> int:
        return 4 if self._wide[address] else 2

    def executed(self, counts: Counter[int]) -> dict[int, bytes]:
        """Executed code by start address, one entry for each unbroken piece."""
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
