"""Waiting for flash: wait states at a clock, and what caches and prefetch leave of them.

The part's flash is described by [flash_timing] in platform.toml, with document and section. A
trace has no order of execution, so misses of a cache are judged by how execution went from line to
line. Best estimate: lines of a loop that the cache does not hold are missing at each visit, all
others are there. At least: nothing is missing, as in a run that follows another one. At most:
lines are gathered into groups that the cache holds, along the most frequent transfers; until
execution leaves its group, a line is fetched once (caches replace what was used longest ago:
RM0090, 3.5.2; RM0440, 3.3.4). So it is missing no more often than its group is entered.
"""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import PlatformError
from workbench.timing.costs import Cause, Costs, Numbers, Waits
from workbench.timing.cycles import Cycles
from workbench.timing.decode import Kind
from workbench.timing.program import Flow
from workbench.trace import FLASH_DATA_LINES, FLASH_LINE_BYTES, FlashReads

_CORE_BYTES_A_CYCLE = (2, 3, 4)
"""Thumb-2 code is consumed at two to four bytes a cycle, for prefetch."""


_READ_BYTES = (8, FLASH_LINE_BYTES)


@dataclass(frozen=True)
class Flash:
    """How a part's flash delivers code and data.

    wait_states_up_to: highest clock in Hz for 0, 1, 2, ... wait states.
    data_wait_offset: (low, best, high) to add to the wait states for a read of data.
    read_bytes: what one read of the flash delivers, and a line of its caches: 16, or 8 where it is
        64 bits wide.
    code_cache_lines, data_cache_lines: lines of read_bytes, 0 for none.
    prefetch: while a line is executed, the next one is read.
    """

    source: str
    wait_states_up_to: tuple[int, ...]
    code_cache_lines: int = 0
    data_cache_lines: int = 0
    prefetch: bool = False
    data_wait_offset: tuple[int, int, int] = (0, 0, 0)
    read_bytes: int = FLASH_LINE_BYTES

    def wait_states(self, clock_hz: int) -> int:
        """Wait states of a read from flash at `clock_hz`.

        Above the highest clock of the table each one more as far apart as the last two: the part
        does not run there, but other clocks may be compared.
        """
        table = self.wait_states_up_to
        waits = next((n for n, highest in enumerate(table) if clock_hz <= highest), None)
        if waits is not None:
            return waits
        step = table[-1] - table[-2] if len(table) > 1 else table[-1]
        return len(table) - 1 - (table[-1] - clock_hz) // step

    def waiting_reads(self, reads: int, lines: int) -> int:
        """Return how many of the `reads` of data wait, `lines` of which were not in a line read
        before (`FlashReads`). A flash that delivers half of such a line is read twice for it.
        """
        if not self.data_cache_lines:
            return reads
        return min(reads, lines * FLASH_LINE_BYTES // self.read_bytes)

    def is_beyond(self, clock_hz: int) -> bool:
        """Is this clock above all that the part runs at?"""
        return clock_hz > self.wait_states_up_to[-1]


UNKNOWN_FLASH = Flash("no flash timing is known: zero wait states", (10**12,))

_KEYS = {
    "source": str,
    "wait_states_up_to": list,
    "code_cache_lines": int,
    "data_cache_lines": int,
    "prefetch": bool,
    "data_wait_offset": list,
    "read_bytes": int,
}


def read_flash(table: Mapping[str, Any]) -> Flash:
    """Return what [flash_timing] of platform.toml says; zero wait states where there is none.

    Raises PlatformError for keys that are missing, unknown or of the wrong type.
    """
    if not table:
        return UNKNOWN_FLASH
    for key, value in table.items():
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1)
            hint = f"did you mean '{near[0]}'? " if near else ""
            raise _error(f"has an unknown key '{key}'", f"{hint}known: {', '.join(_KEYS)}")
        if not isinstance(value, _KEYS[key]):
            raise _error(f"has {key} = {value!r}", f"it takes a {_KEYS[key].__name__}")
    for key in ("source", "wait_states_up_to"):
        if key not in table:
            raise _error(f"has no '{key}'", "name the document, and the clocks in Hz")
    clocks = table["wait_states_up_to"]
    if (
        not clocks
        or not all(type(hz) is int and hz > 0 for hz in clocks)
        or sorted(set(clocks)) != list(clocks)
    ):
        raise _error(f"has wait_states_up_to = {clocks!r}", "list clocks in Hz, ascending")
    bounds = table.get("data_wait_offset", [0, 0, 0])
    if len(bounds) != 3 or not all(type(n) is int for n in bounds) or sorted(bounds) != bounds:
        raise _error(f"has data_wait_offset = {bounds!r}", "write [lowest, best estimate, highest]")
    width = table.get("read_bytes", FLASH_LINE_BYTES)
    if width not in _READ_BYTES:
        raise _error(f"has read_bytes = {width!r}", f"write {' or '.join(map(str, _READ_BYTES))}")
    return Flash(**{**table, "wait_states_up_to": tuple(clocks), "data_wait_offset": tuple(bounds)})


def _error(message: str, hint: str) -> PlatformError:
    return PlatformError(f"[flash_timing] of platform.toml {message}", hint)


def flash_costs(
    flash: Flash, clock_hz: int, flow: Flow, in_flash: tuple[tuple[int, int], ...]
) -> Costs:
    """Return the cycles that each instruction waits for flash, for code and for data.

    in_flash: (start, end) of the address ranges that are flash.
    """
    waits = flash.wait_states(clock_hz)
    return Costs(
        (
            _code_waits(flash, waits, flow, in_flash),
            _data_waits(flash, waits, flow, in_flash),
        )
    )


Transfer = tuple[tuple[int, int], int]
"""From which line to which execution went, and how often."""


@dataclass(frozen=True)
class _Lines:
    """The lines of code that were executed, by ascending number.

    numbers: address // bytes of a line. first: address of the first executed instruction of each.
    sequential, jumped: how often each was entered from the line before, and by jumps.
    """

    numbers: list[int]
    first: list[int]
    sequential: list[int]
    jumped: list[int]
    transfers: Mapping[tuple[int, int], int]

    @property
    def visits(self) -> list[int]:
        return [one + other for one, other in zip(self.sequential, self.jumped, strict=True)]


def _code_waits(
    flash: Flash, waits: int, flow: Flow, in_flash: tuple[tuple[int, int], ...]
) -> Waits:
    if not waits:
        return Waits.of(Cause.CODE_FETCH, {})
    lines = _lines(flow, in_flash, flash.read_bytes)
    visits = dict(zip(lines.numbers, lines.visits, strict=True))
    cached = flash.code_cache_lines
    frequent = sorted(lines.transfers.items(), key=lambda item: (-item[1], item[0]))
    # No loop is longer than all lines together.
    loops = _loop_sizes(visits, frequent) if len(visits) > cached else {}
    misses = _misses_at_most(visits, frequent, cached)
    behind = _wait_in_sequence(flash, waits)
    found = {}
    for number, first, sequential, jumped in zip(
        lines.numbers, lines.first, lines.sequential, lines.jumped, strict=True
    ):
        jumps = jumped * waits
        low, best, high = (
            jumps + sequential * behind[0],
            jumps + sequential * behind[1],
            jumps + sequential * behind[2],
        )
        if cached:
            high = -(-high * misses[number] // max(1, visits[number]))
            low, best = 0, min(best, high) if loops.get(number, 0) > cached else 0
        if high:
            found[first] = low, best, high
    return Waits.of(Cause.CODE_FETCH, found)


def _wait_in_sequence(flash: Flash, waits: int) -> tuple[int, int, int]:
    """What is left of the wait states where code runs on into the next line: low, best, high."""
    if not flash.prefetch:
        return waits, waits, waits
    low, best, high = (
        max(0, waits - (flash.read_bytes // consumed - 1)) for consumed in _CORE_BYTES_A_CYCLE
    )
    return low, best, high


def _lines(flow: Flow, in_flash: tuple[tuple[int, int], ...], line_bytes: int) -> _Lines:
    number_of = flow.addresses // line_bytes
    numbers = np.unique(number_of[_within(flow.addresses, in_flash)])
    firsts = np.searchsorted(number_of, numbers)  # a line is in flash or not, all of it
    before = number_of[firsts - 1]
    # Only its first instruction can be entered from another line without a jump.
    entered = flow.follows[firsts] & (before != numbers)
    sequential = np.where(entered, flow.sequential[firsts], 0)
    transfers: defaultdict[tuple[int, int], int] = defaultdict(int)
    for number, times in zip(numbers[entered].tolist(), sequential[entered].tolist(), strict=True):
        transfers[number - 1, number] += times
    jumped = dict.fromkeys(numbers.tolist(), 0)
    for (source, target), times in flow.trace.jumps.items():
        here, there = source // line_bytes, target // line_bytes
        if there in jumped and here != there:
            jumped[there] += times
            transfers[here, there] += times
    return _Lines(
        numbers.tolist(),
        flow.addresses[firsts].tolist(),
        sequential.tolist(),
        list(jumped.values()),
        transfers,
    )


def _within(addresses: Numbers, ranges: tuple[tuple[int, int], ...]) -> npt.NDArray[np.bool_]:
    """Which of the addresses lie in one of the ranges?"""
    found = np.zeros(len(addresses), np.bool_)
    for start, end in ranges:
        found |= (addresses >= start) & (addresses < end)
    return found


class _Groups:
    """Disjoint sets of lines, none larger than `limit` (a union-find forest)."""

    def __init__(self, lines: Iterable[int], limit: int) -> None:
        self._parent = {number: number for number in lines}
        self._size = dict.fromkeys(self._parent, 1)
        self._limit = limit

    def of(self, number: int) -> int:
        """Return what all lines of one set have in common."""
        parent = self._parent
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    def size(self, number: int) -> int:
        return self._size[self.of(number)]

    def join(self, one: int, other: int) -> None:
        """Make one set of two, unless it would be too large."""
        one, other = self.of(one), self.of(other)
        if one != other and self._size[one] + self._size[other] <= self._limit:
            self._parent[one] = other
            self._size[other] += self._size[one]


def _loop_sizes(visits: Mapping[int, int], frequent: Sequence[Transfer]) -> Mapping[int, int]:
    """Map each line to the number of lines in its loop; `visits` of each, `frequent` transfers
    first.

    Lines are taken from the hottest down, and the transfers that are half as frequent or more
    join lines into loops.
    """
    group = _Groups(visits, len(visits))
    waiting = iter(frequent)
    pending = next(waiting, None)
    found = {}
    for number in sorted(visits, key=lambda n: (-visits[n], n)):
        while pending is not None and 2 * pending[1] >= visits[number]:
            if all(n in visits for n in pending[0]):
                group.join(*pending[0])
            pending = next(waiting, None)
        found[number] = group.size(number)
    return found


def _misses_at_most(
    visits: Mapping[int, int], frequent: Sequence[Transfer], cached: int
) -> Mapping[int, int]:
    """Map each line to how often its group is entered, groups being of `cached` lines at most."""
    group = _Groups(visits, cached)
    for (source, target), _ in frequent:
        if source in visits and target in visits:
            group.join(source, target)
    of = {number: group.of(number) for number in visits}
    entries = dict.fromkeys(visits, 0)
    for (source, target), times in frequent:
        if of.get(source) != of[target]:
            entries[of[target]] += times
    # one more, as the trace itself may begin in the group
    return {number: min(times, entries[of[number]] + 1) for number, times in visits.items()}


def _data_waits(
    flash: Flash, waits: int, flow: Flow, in_flash: tuple[tuple[int, int], ...]
) -> Waits:
    each = data_wait(flash, waits)
    if not each:
        return Waits.of(Cause.DATA_READ, {})
    reads = flow.trace.flash_reads
    if reads is None:
        return _unknown_reads(each, flow, in_flash)
    if flash.data_cache_lines:
        return _data_misses(flash, each, reads)
    found = {
        address: (each.low * read.reads, each.best * read.reads, each.high * read.reads)
        for address, read in reads.items()
    }
    return Waits.of(Cause.DATA_READ, found)


def _data_misses(flash: Flash, each: Cycles, reads: Mapping[int, FlashReads]) -> Waits:
    """A trace has the misses of a cache of FLASH_DATA_LINES lines, which replaces what was used
    longest ago as the part's does. A larger one of the part has fewer misses, a smaller one more.
    """
    kept = flash.data_cache_lines * flash.read_bytes - FLASH_DATA_LINES * FLASH_LINE_BYTES
    same = not kept and flash.read_bytes == FLASH_LINE_BYTES
    at_hand = flash.data_cache_lines  # lines that a run before may have left in the cache
    # A read waits for a prefetch that is under way, too.
    high_each = each.high * (2 if flash.prefetch else 1)
    found = {}
    for address, read in sorted(reads.items()):
        waiting = flash.waiting_reads(read.reads, read.lines)
        warm = min(waiting, at_hand) if same else waiting
        at_hand -= warm if same else 0
        found[address] = (
            each.low * (waiting - warm),
            each.best * waiting,
            high_each * (waiting if kept >= 0 else read.reads),
        )
    return Waits.of(Cause.DATA_READ, found)


def _unknown_reads(each: Cycles, flow: Flow, in_flash: tuple[tuple[int, int], ...]) -> Waits:
    """Reads were not recorded: literals beside code in flash are certain, all other loads may be
    from flash.
    """
    found = {}
    of_flash = _within(flow.addresses, in_flash).tolist()
    for it, address, times, here in zip(
        flow.instructions,
        flow.addresses.tolist(),
        flow.times.tolist(),
        of_flash,
        strict=True,
    ):
        if it.kind in (Kind.LOAD, Kind.LOAD_MULTIPLE):
            literal = each.best if it.literal and here else 0
            found[address] = 0, literal * times, each.high * it.words * times
    return Waits.of(Cause.DATA_READ, found)


def data_wait(flash: Flash, waits: int) -> Cycles:
    """Return what one read of data waits for at so many wait states."""
    return Cycles(*(max(0, waits + offset) for offset in flash.data_wait_offset))
