"""Waiting for flash: wait states at a clock, and what caches and prefetch leave of them.

The part's flash is described by [flash_timing] in platform.toml, with document and section. A
trace has no order of execution, so a cache is modelled by reuse distance: between two visits of a
line, each other line is visited once if it is visited at least as often in all, else in
proportion. Lines whose distance exceeds the cache are fetched at each visit. That overstates
misses where a program runs in phases, so it is the upper bound; the lower is that every line is
fetched once at most or, in a run that follows another one, not at all.
"""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from workbench.errors import PlatformError
from workbench.timing.core import Cause, Costs, Flow
from workbench.timing.cycles import Cycles
from workbench.timing.decode import Kind
from workbench.trace import FLASH_LINE_BYTES, Trace

FETCH_BYTES = 4
"""The core fetches a word at a time (TRM 1.2, ICode interface)."""
_CORE_BYTES_A_CYCLE = 3
"""Thumb-2 code is consumed at two to four bytes a cycle; the middle, for prefetch."""


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
    flash: Flash,
    clock_hz: int,
    trace: Trace,
    flowing: tuple[Flow, ...],
    in_flash: tuple[tuple[int, int], ...],
) -> Costs:
    """Return the cycles that each instruction waits for flash, for code and for data.

    in_flash: (start, end) of the address ranges that are flash.
    """
    waits = flash.wait_states(clock_hz)
    return {
        **_code_costs(flash, waits, trace, flowing, in_flash),
        **_data_costs(flash, waits, trace, flowing, in_flash),
    }


@dataclass
class _Line:
    """One line of code: who enters it, from the line before and by jumps."""

    first: int  # address of its first executed instruction
    sequential: int = 0
    jumped: int = 0

    @property
    def visits(self) -> int:
        return self.sequential + self.jumped


def _code_costs(
    flash: Flash,
    waits: int,
    trace: Trace,
    flowing: tuple[Flow, ...],
    in_flash: tuple[tuple[int, int], ...],
) -> Costs:
    if not waits:
        return {}
    lines, transfers = _lines(trace, flowing, in_flash, flash.read_bytes)
    cached = flash.code_cache_lines
    loops = _loop_sizes(lines, transfers)
    distances = _reuse_distances([line.visits for line in lines.values()])
    costs: Costs = {}
    for number, line in lines.items():
        every_visit = line.jumped * waits + line.sequential * _sequential_wait(flash, waits)
        cycles = Cycles(
            0 if cached else every_visit,
            every_visit if loops[number] > cached else 0,
            every_visit if distances[line.visits] > cached else min(waits, every_visit),
        )
        if cycles:
            costs[line.first, Cause.CODE_FETCH] = cycles
    return costs


def _sequential_wait(flash: Flash, waits: int) -> int:
    """What is left of the wait states where code runs on into the next line."""
    if not flash.prefetch:
        return waits
    return max(0, waits - (flash.read_bytes // _CORE_BYTES_A_CYCLE - 1))


Transfers = dict[tuple[int, int], int]
"""How often execution went from one line to another."""


def _lines(
    trace: Trace,
    flowing: tuple[Flow, ...],
    in_flash: tuple[tuple[int, int], ...],
    line_bytes: int,
) -> tuple[dict[int, _Line], Transfers]:
    lines: dict[int, _Line] = {}
    transfers: defaultdict[tuple[int, int], int] = defaultdict(int)
    for flow in flowing:
        address = flow.instruction.address
        if not any(start <= address < end for start, end in in_flash):
            continue
        number = address // line_bytes
        line = lines.setdefault(number, _Line(address))
        if flow.before is not None and flow.before.address // line_bytes != number:
            line.sequential += flow.sequential
            transfers[number - 1, number] += flow.sequential
    for (source, target), times in trace.jumps.items():
        number = target // line_bytes
        if number in lines and source // line_bytes != number:
            lines[number].jumped += times
            transfers[source // line_bytes, number] += times
    return lines, transfers


def _loop_sizes(lines: Mapping[int, _Line], transfers: Transfers) -> Mapping[int, int]:
    """Map each line to the number of lines in its loop.

    Lines are taken from the hottest down, and the transfers that are half as frequent or more
    join lines into loops (a union-find forest).
    """
    parent = {number: number for number in lines}
    size = dict.fromkeys(lines, 1)

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    frequent = iter(sorted(transfers.items(), key=lambda item: (-item[1], item[0])))
    pending = next(frequent, None)
    found = {}
    for number in sorted(lines, key=lambda n: (-lines[n].visits, n)):
        while pending is not None and 2 * pending[1] >= lines[number].visits:
            one, other = (root(n) if n in lines else -1 for n in pending[0])
            if one != other and -1 not in (one, other):
                parent[one] = other
                size[other] += size[one]
            pending = next(frequent, None)
        found[number] = size[root(number)]
    return found


def _reuse_distances(visits: list[int]) -> Mapping[int, float]:
    """Map a number of visits to how many other lines are seen between two of them."""
    ordered = sorted(visits)
    sums = [0, *accumulate(ordered)]
    found = {0: 0.0}
    for number in set(ordered) - {0}:
        below = bisect_right(ordered, number - 1)
        found[number] = len(ordered) - below + sums[below] / number
    return found


def _data_costs(
    flash: Flash,
    waits: int,
    trace: Trace,
    flowing: tuple[Flow, ...],
    in_flash: tuple[tuple[int, int], ...],
) -> Costs:
    each = data_wait(flash, waits)
    if not each:
        return {}
    if trace.flash_reads is None:
        return _unknown_reads(each, flowing, in_flash)
    costs: Costs = {}
    for address, found in trace.flash_reads.items():
        waiting = flash.waiting_reads(found.reads, found.lines)
        if flash.data_cache_lines:
            # Best: the misses of a cache that keeps the lines read last. Low: all hits, as after a
            # run before. High: the part's cache keeps none.
            cycles = Cycles(0, each.best * waiting, each.high * found.reads)
        else:
            cycles = each * waiting
        costs[address, Cause.DATA_READ] = cycles
    return costs


def _unknown_reads(
    each: Cycles, flowing: tuple[Flow, ...], in_flash: tuple[tuple[int, int], ...]
) -> Costs:
    """Reads were not recorded: literals beside code in flash are certain, all other loads may be
    from flash.
    """
    costs: Costs = {}
    for flow in flowing:
        it = flow.instruction
        if it.kind not in (Kind.LOAD, Kind.LOAD_MULTIPLE):
            continue
        literal = it.literal and any(start <= it.address < end for start, end in in_flash)
        high = each.high * it.words
        costs[it.address, Cause.DATA_READ] = (
            Cycles(0, each.best if literal else 0, high) * flow.times
        )
    return costs


def data_wait(flash: Flash, waits: int) -> Cycles:
    """Return what one read of data waits for at so many wait states."""
    return Cycles(*(max(0, waits + offset) for offset in flash.data_wait_offset))
