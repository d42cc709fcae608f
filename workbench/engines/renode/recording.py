"""A trace while the worker records it, and what was read back of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workbench.engines.base import TraceMark
from workbench.engines.code_cache import CacheShape
from workbench.engines.renode.blocks import BlockRecord, ReadMemory, records_in
from workbench.trace import NO_CACHE, CacheSize, FlashReads, LineCache, Trace

_READ = np.dtype([("pc", "<u8"), ("address", "<u8")])


class Recording:
    """Two files that the worker writes: blocks begun, and data read from flash if wanted."""

    def __init__(
        self,
        blocks: Path,
        reads: Path,
        begun: int,
        read: ReadMemory,
        code_cache: CacheShape | None = None,
        data_cache: CacheSize = NO_CACHE,
    ) -> None:
        """begun: the core's instruction count at the start. read: memory of the machine.
        code_cache, data_cache: the part's.
        """
        self._files = blocks, reads
        self._begun = begun
        self._read = read
        self._code_cache = code_cache
        self._data_cache = data_cache
        self._marks = [begun]
        self._taken: _Taken | None = None

    def mark(self, executed: int, reads: int) -> RecordedMark:
        """Return the moment at which so many instructions were executed and reads recorded."""
        self._marks.append(executed)
        return RecordedMark(self, executed, reads)

    def finish(self, executed: int) -> Trace:
        """Take over what the files hold and remove them; return all that was executed."""
        self._taken = self._take(executed)
        for file in self._files:
            file.unlink(missing_ok=True)
        return self._taken.trace((self._begun, 0), (executed, None))

    def between(self, earlier: RecordedMark | None, later: RecordedMark) -> Trace:
        """Return what was executed between two marks; None is the start."""
        taken = self._taken or self._take(later.executed)
        first = (earlier.executed, earlier.reads) if earlier else (self._begun, 0)
        return taken.trace(first, (later.executed, later.reads))

    def _take(self, executed: int) -> _Taken:
        blocks, reads = self._files
        counts = FlashReadRecord(reads, self._data_cache) if reads.exists() else None
        record = BlockRecord(blocks, executed, self._read, self._code_cache, self._marks)
        return _Taken(record, counts)


@dataclass(frozen=True)
class RecordedMark(TraceMark):
    """A moment: the core's instruction count, and how many reads were recorded until then."""

    recording: Recording
    executed: int
    reads: int

    def since(self, earlier: TraceMark | None) -> Trace:
        assert earlier is None or isinstance(earlier, RecordedMark)
        return self.recording.between(earlier, self)


class FlashReadRecord:
    """The data reads from flash during one recording, in their order."""

    def __init__(self, path: Path, size: CacheSize) -> None:
        """size: of the cache whose misses are told."""
        records = records_in(path, _READ)
        self.size, cache = size, LineCache(size.lines)
        self._addresses: Sequence[int] = records["pc"].tolist()
        lines = (records["address"] // size.line_bytes).tolist()
        self._missed = [cache.misses(line) for line in lines]

    def between(self, first: int, last: int | None) -> dict[int, FlashReads]:
        """Return the reads from number `first` to before number `last`, by instruction."""
        counts: dict[int, list[int]] = {}
        part = slice(first, last)
        for pc, missed in zip(self._addresses[part], self._missed[part], strict=True):
            count = counts.setdefault(pc, [0, 0])
            count[0] += 1
            count[1] += missed
        return {pc: FlashReads(*count) for pc, count in sorted(counts.items())}


@dataclass(frozen=True)
class _Taken:
    """What was in the files."""

    blocks: BlockRecord
    reads: FlashReadRecord | None

    def trace(self, first: tuple[int, int], last: tuple[int, int | None]) -> Trace:
        """Return what was executed between two moments: (instructions executed, reads recorded)."""
        trace = self.blocks.trace(first[0], last[0])
        if self.reads is None:
            return trace
        found = self.reads.between(first[1], last[1])
        return replace(trace, flash_reads=found, data_cache=self.reads.size)
