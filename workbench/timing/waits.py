"""Waiting for flash: what caches and prefetch leave of the wait states at a clock.

What was missing in a cache is in the trace: the engine has followed the caches in the order of
execution. Only what they held at the start is open. At least: what is missing whatever that was; at
most: what is where it was nothing. Best estimate for code: what the same trace leaves in the cache,
as in one of many runs alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workbench.armv7m.thumb import Kind
from workbench.timing.costs import Cause, Costs, Numbers, Waits
from workbench.timing.cycles import Cycles
from workbench.timing.flash import Flash
from workbench.timing.program import Flow
from workbench.trace import CacheSize, CodeFetches, FlashReads, Trace

_CORE_BYTES_A_CYCLE = (2, 3, 4)
"""Thumb-2 code is consumed at two to four bytes a cycle, for prefetch."""


@dataclass(frozen=True)
class CodeWait:
    """What a line of code waits for: one that is reached in sequence, and one that is jumped to."""

    in_sequence: Cycles
    by_jump: Cycles

    @classmethod
    def of(cls, flash: Flash, waits: int) -> CodeWait:
        """Return it at so many wait states; prefetch has read ahead in sequence."""
        jumped = Cycles.exactly(waits)
        if not flash.prefetch:
            return cls(jumped, jumped)
        ahead = (flash.read_bytes // consumed - 1 for consumed in _CORE_BYTES_A_CYCLE)
        return cls(Cycles(*(max(0, waits - cycles) for cycles in ahead)), jumped)

    def best(self, in_sequence: int, by_jump: int) -> int:
        """Return the best estimate for so many lines."""
        return self.in_sequence.best * in_sequence + self.by_jump.best * by_jump


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


def _code_waits(
    flash: Flash, waits: int, flow: Flow, in_flash: tuple[tuple[int, int], ...]
) -> Waits:
    if not waits:
        return Waits.of(Cause.CODE_FETCH, {})
    wait = CodeWait.of(flash, waits)
    fetches = flow.trace.code_fetches
    if fetches is None or CacheSize(fetches.cache_lines, fetches.line_bytes) != flash.code_cache:
        return _unknown_fetches(flash, wait, flow, in_flash)
    return Waits.of(Cause.CODE_FETCH, _recorded_fetches(wait, fetches))


def _recorded_fetches(wait: CodeWait, fetches: CodeFetches) -> dict[int, tuple[int, int, int]]:
    sequence, jump = wait.in_sequence, wait.by_jump
    return {
        address: (
            missed.always[0] * sequence.low + missed.always[1] * jump.low,
            wait.best(*missed.repeated),
            missed.cold[0] * sequence.high + missed.cold[1] * jump.high,
        )
        for address, missed in fetches.misses.items()
    }


def _unknown_fetches(
    flash: Flash, wait: CodeWait, flow: Flow, in_flash: tuple[tuple[int, int], ...]
) -> Waits:
    """What the cache held was not recorded, or that of another part: nothing may be missing, or all
    lines at each visit. Where there is no cache, all are.
    """
    visited, in_sequence, by_jump = _visits(flow, in_flash, flash.read_bytes)
    every = np.outer(in_sequence, wait.in_sequence.row) + np.outer(by_jump, wait.by_jump.row)
    if flash.code_cache_lines:
        every[:, :2] = 0
    return Waits(Cause.CODE_FETCH, visited, every)


def _visits(
    flow: Flow, in_flash: tuple[tuple[int, int], ...], line_bytes: int
) -> tuple[Numbers, Numbers, Numbers]:
    """Return the first executed instruction of each line in flash [n], and how often the line was
    entered, in sequence and by jumps.
    """
    number_of = flow.addresses // line_bytes
    numbers = np.unique(number_of[_within(flow.addresses, in_flash)])
    firsts = np.searchsorted(number_of, numbers)  # a line is in flash or not, all of it
    # Only its first instruction can be entered from another line without a jump.
    entered = flow.follows[firsts] & (number_of[firsts - 1] != numbers)
    jumped = dict.fromkeys(numbers.tolist(), 0)
    for (source, target), times in flow.trace.jumps.items():
        there = target // line_bytes
        if there in jumped and source // line_bytes != there:
            jumped[there] += times
    return (
        flow.addresses[firsts],
        np.where(entered, flow.sequential[firsts], 0),
        np.fromiter(jumped.values(), np.int64, len(jumped)),
    )


def _within(addresses: Numbers, ranges: tuple[tuple[int, int], ...]) -> npt.NDArray[np.bool_]:
    """Which of the addresses lie in one of the ranges?"""
    found = np.zeros(len(addresses), np.bool_)
    for start, end in ranges:
        found |= (addresses >= start) & (addresses < end)
    return found


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
        return _data_misses(flash, each, flow.trace, reads)
    found = {
        address: (each.low * read.reads, each.best * read.reads, each.high * read.reads)
        for address, read in reads.items()
    }
    return Waits.of(Cause.DATA_READ, found)


def _data_misses(
    flash: Flash, each: Cycles, trace: Trace, reads: Mapping[int, FlashReads]
) -> Waits:
    """A trace has the misses of the cache of the part that it was recorded on, which replaces what
    was used longest ago. A larger cache has fewer misses, a smaller one more.
    """
    cache = trace.data_cache
    kept = flash.data_cache.total_bytes - cache.total_bytes
    same = flash.data_cache == cache
    at_hand = flash.data_cache_lines  # lines that a run before may have left in the cache
    # A read waits for a prefetch that is under way, too.
    high_each = each.high * (2 if flash.prefetch else 1)
    found = {}
    for address, read in sorted(reads.items()):
        waiting = flash.waiting_reads(read.reads, read.lines, cache)
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
