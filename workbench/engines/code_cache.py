"""The part's code cache: which lines of code were executed last, and how often one was missing.

It is followed in the order of execution, so an engine does it while it records, or from what it has
recorded. Code is executed in pieces, as the engine cuts it; what is found does not depend on that.
A line is *fetched* where execution enters it, in sequence or by a jump. Lines that a recording has
fetched before are there or missing whatever the cache held at its start, as it replaces the line
used longest ago. Of the others that holds but for the first few; those are noted, and what became
of them is decided when the recording has ended (`found_again`).

There is one in C (`csrc/code_cache.c`, optional) and the one here, with the same numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from workbench.platform import Platform
from workbench.timing.flash import read_flash
from workbench.trace import CodeFetches, LineCache, LineMisses

IN_SEQUENCE, BY_JUMP, WAYS = 0, 1, 2

Misses = dict[tuple[int, int], tuple[int, int]]
"""(piece, index of a line in it) -> how often that was missing (in sequence, by a jump)."""
FirstUse = tuple[int, int, int, int]
"""A line, the piece that fetched it first, its index in it, and how: IN_SEQUENCE or BY_JUMP."""
Lines = Sequence[int]
"""Lines in a cache by their numbers, the one used last first."""


@dataclass(frozen=True)
class CacheShape:
    """A cache of `lines` of `line_bytes` bytes, for code in `flash`: (start, end) of each range."""

    lines: int
    line_bytes: int
    flash: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, platform: Platform) -> CacheShape | None:
        """Return that of `platform`, None where flash has no wait states.

        Raises PlatformError for a bad [flash_timing].
        """
        flash = read_flash(platform.flash_timing)
        return None if flash.never_waits else cls(*flash.code_cache, platform.flash_ranges)

    @property
    def line_shift(self) -> int:
        """The base-2 logarithm of `line_bytes`."""
        return self.line_bytes.bit_length() - 1

    def lines_of(self, address: int, size: int) -> range:
        """Return the lines that code at [address, address + size) lies in; none beyond flash."""
        if not size or not any(start <= address < end for start, end in self.flash):
            return range(0)
        return range(address >> self.line_shift, ((address + size - 1) >> self.line_shift) + 1)


class CodeCache:
    """The cache where there is no C extension: for a recording, and for a count beside it."""

    def __init__(self, shape: CacheShape) -> None:
        self._shape = shape
        self._cache = LineCache(shape.lines)
        self._pieces: dict[tuple[int, int], range] = {}
        self._pending: tuple[int, int, int] | None = None
        self._end = 0  # of the piece before the pending one
        self._recording = self._counting = False
        self._seen: dict[int, None] = {}  # lines of the recording
        self._counted: set[int] = set()  # lines of the count
        self._misses: dict[tuple[int, int], list[int]] = {}
        self._firsts: list[FirstUse] = []
        self._missed = [0, 0]  # while counting

    def record(self, on: bool) -> None:
        """Begin a recording, before which no line was executed; or end it."""
        self.settle()
        self._recording = on
        if on:
            self._seen = {}
            self._misses, self._firsts = {}, []

    def count(self, on: bool) -> None:
        """Count from now on, beginning with nothing in the cache; or stop."""
        self.settle()
        self._counting = on
        self._counted = set()

    def use(self, piece: int, address: int, size: int) -> None:
        """Note that the piece of this number is executed from its beginning."""
        self.settle()
        self._pending = piece, address, size

    def take_back(self) -> None:
        """What was executed last was not."""
        self._pending = None

    def settle(self) -> None:
        """What was executed last was executed as a whole."""
        if self._pending is None:
            return
        piece, address, size = self._pending
        self._pending = None
        lines = self._pieces.get((address, size))
        if lines is None:
            lines = self._pieces[address, size] = self._shape.lines_of(address, size)
        for index, line in enumerate(lines):
            missing = self._cache.misses(line)
            way = IN_SEQUENCE if index or self._end == address else BY_JUMP
            if self._recording:
                self._record(line, piece, index, way, missing)
            if self._counting:
                counted = way if self._counted else BY_JUMP
                self._missed[counted] += missing or line not in self._counted
                self._counted.add(line)
        self._end = address + size

    def cut(self) -> tuple[Misses, list[FirstUse]]:
        """Return what was found since the recording began or was cut last."""
        self.settle()
        found: Misses = {where: (times[0], times[1]) for where, times in self._misses.items()}
        firsts, self._firsts, self._misses = self._firsts, [], {}
        return found, firsts

    def lines(self, of_count: bool) -> Lines:
        """Return the lines in the cache that the count, or the recording, has seen."""
        self.settle()
        seen = self._counted if of_count else self._seen
        return [line for line in self._cache.lines if line in seen]

    def counted(self) -> tuple[int, int]:
        """Return the misses counted, in sequence and by a jump."""
        return self._missed[0], self._missed[1]

    def restore(self, lines: Lines, end: int) -> None:
        """The count goes on with these lines in the cache."""
        self.settle()
        for line in reversed(lines):
            self._cache.misses(line)
        self._counted = set(lines)
        self._end = end

    def _record(self, line: int, piece: int, index: int, way: int, missing: bool) -> None:
        if not self._seen:
            way = BY_JUMP  # whatever was before the recording
        is_first = line not in self._seen
        self._seen[line] = None
        if is_first and len(self._seen) <= self._shape.lines:
            self._firsts.append((line, piece, index, way))
        elif is_first or missing:
            self._misses.setdefault((piece, index), [0, 0])[way] += 1


def joined_misses(parts: Iterable[Misses]) -> Misses:
    """Return what several parts of a recording have missed together."""
    totals: Misses = {}
    for part in parts:
        for where, (in_sequence, by_jump) in part.items():
            before = totals.get(where, (0, 0))
            totals[where] = before[0] + in_sequence, before[1] + by_jump
    return totals


def found_again(shape: CacheShape, firsts: Iterable[FirstUse], contents: Lines) -> frozenset[int]:
    """Return the lines whose first fetch finds them in a cache that holds `contents`: what a run
    just like the recorded one has left in it.
    """
    cache = LineCache(shape.lines)
    for line in reversed(contents):
        cache.misses(line)
    return frozenset(line for line, *_ in firsts if not cache.misses(line))


def code_fetches(
    shape: CacheShape,
    misses: Misses,
    firsts: Iterable[FirstUse],
    found: frozenset[int],
    piece_of: Callable[[int], tuple[int, Sequence[int]]],
) -> CodeFetches:
    """Return, by instruction, what `misses` and `firsts` hold by pieces.

    found: lines that were there at their first fetch. piece_of: gives the address of a piece, and
    where its instructions begin in it.
    """
    shift = shape.line_shift
    totals: dict[int, list[int]] = {}  # always, first when repeated, first when cold: by WAYS

    def total(number: int, index: int) -> list[int]:
        address, offsets = piece_of(number)
        line = ((address >> shift) + index) << shift
        fetching = offsets[bisect_right(offsets, max(0, line - address)) - 1]
        return totals.setdefault(address + fetching, [0] * 6)

    for (piece, index), times in misses.items():
        missed = total(piece, index)
        missed[IN_SEQUENCE] += times[IN_SEQUENCE]
        missed[BY_JUMP] += times[BY_JUMP]
    for line, piece, index, way in firsts:
        missed = total(piece, index)
        missed[WAYS + way] += line not in found
        missed[2 * WAYS + way] += 1
    return CodeFetches(
        shape.lines,
        shape.line_bytes,
        {
            address: LineMisses(
                (n[0], n[1]), (n[0] + n[2], n[1] + n[3]), (n[0] + n[4], n[1] + n[5])
            )
            for address, n in sorted(totals.items())
        },
    )
