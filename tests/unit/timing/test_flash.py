"""Wait states by the clock, and what caches and prefetch leave of them."""

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.timing.programs import LDR_LITERAL, LDR_R2_R0, M4, NOP, straight
from workbench.engines.code_cache import CacheShape, CodeCache, code_fetches, found_again
from workbench.errors import PlatformError
from workbench.platform import read_platform
from workbench.timing.costs import Cause
from workbench.timing.cycles import Cycles
from workbench.timing.flash import Flash, read_flash
from workbench.timing.model import CycleModel
from workbench.trace import CacheSize, CodeFetches, FlashReads, LineCache, Trace

MHZ = 1_000_000
FLASH = ((0, 0x1000),)
LINE = [NOP] * 8  # 16 bytes


def flash(**values: Any) -> Flash:
    return Flash("a test", (30 * MHZ, 60 * MHZ, 90 * MHZ), **values)


def code_wait(part: Flash, trace: Trace, clock: int = 90 * MHZ) -> float:
    """Cycles beyond those at a clock without wait states."""
    model = CycleModel(M4, part, FLASH)
    return model.estimate(trace, clock).cycles.best - model.estimate(trace, MHZ).cycles.best


@pytest.mark.parametrize(("mhz", "waits"), [(1, 0), (30, 0), (31, 1), (90, 2), (91, 3), (168, 5)])
def test_wait_states_follow_the_table_and_go_on_behind_it(mhz, waits):
    assert flash().wait_states(mhz * MHZ) == waits
    assert flash().is_beyond(mhz * MHZ) == (mhz > 90)


@pytest.mark.parametrize(("mhz", "waits"), [(30, 0), (64, 2), (80, 2), (120, 3), (168, 5)])
def test_the_discovery_board_has_the_wait_states_of_rm0090(mhz, waits):
    part = read_flash(read_platform("stm32f4_discovery").flash_timing)
    assert part.wait_states(mhz * MHZ) == waits


def test_latency_does_not_scale_with_the_clock_where_wait_states_come_in():
    model = CycleModel(M4, flash(), FLASH)
    slow, fast = model.estimates(straight(*LINE * 4, base=0), (30 * MHZ, 60 * MHZ))
    assert fast.seconds(fast.cycles.best) > slow.seconds(slow.cycles.best) / 2


def test_code_in_ram_does_not_wait():
    assert code_wait(flash(), straight(*LINE * 4)) == 0


def test_without_a_cache_each_line_waits():
    assert code_wait(flash(), straight(*LINE * 4, base=0)) == 3 * 2  # the first came before


def test_prefetch_hides_the_wait_in_straight_code():
    assert code_wait(flash(prefetch=True), straight(*LINE * 4, base=0)) == 0


def looped(lines: int, times: int) -> Trace:
    """A loop over so many lines, and what it missed in a cache of eight."""
    body, end = straight(*LINE * lines, base=0, times=times), 16 * lines
    cache = CodeCache(CacheShape(8, 16, FLASH))
    cache.record(True)
    for _ in range(times):
        cache.use(0, 0, end)
    misses, firsts = cache.cut()
    found = found_again(CacheShape(8, 16, FLASH), firsts, cache.lines(False))
    fetches = code_fetches(
        CacheShape(8, 16, FLASH), misses, firsts, found, lambda _: (0, range(0, end, 2))
    )
    return Trace(body.counts, {(end - 2, 0): times - 1}, body.code, code_fetches=fetches)


def code_cycles(part: Flash, trace: Trace) -> Cycles:
    found = CycleModel(M4, part, FLASH).estimate(trace, 90 * MHZ).by_cause
    return found.get(Cause.CODE_FETCH, Cycles(0, 0, 0))


def test_a_loop_that_fits_the_cache_waits_only_if_nothing_of_it_was_there():
    part = flash(code_cache_lines=8)
    assert code_cycles(part, looped(8, 100)) == Cycles(0, 0, 2 * 8)


def test_a_loop_of_a_line_more_than_the_cache_waits_at_each_line():
    part = flash(code_cache_lines=8)
    assert code_cycles(part, looped(9, 100)) == Cycles(2 * 9 * 100 - 16, 2 * 9 * 100, 2 * 9 * 100)


def test_prefetch_helps_a_line_that_is_reached_in_sequence_only():
    part = flash(code_cache_lines=8, prefetch=True)
    assert code_cycles(part, looped(9, 100)).best == 2 * 100


@pytest.mark.parametrize("recorded", [None, CodeFetches(64, 16, {})])
def test_where_misses_of_this_very_cache_were_not_recorded_any_line_may_be_missing(recorded):
    trace = replace(looped(9, 100), code_fetches=recorded)
    part = flash(code_cache_lines=8)
    assert code_cycles(part, trace) == Cycles(0, 0, 2 * (8 * 100 + 99))


def reads(times: int, lines: int) -> Trace:
    plain = straight(LDR_LITERAL, base=0, times=times)
    found = {0: FlashReads(times, lines)}
    return Trace(plain.counts, plain.jumps, plain.code, found, CacheSize(8, 16))


def test_data_waits_at_each_read_or_with_a_data_cache_at_each_miss():
    cached = flash(code_cache_lines=8, data_cache_lines=8)
    assert code_wait(flash(code_cache_lines=8), reads(100, 7)) == 200
    assert code_wait(cached, reads(100, 7)) == 14


def test_misses_of_the_very_cache_that_a_trace_records_are_certain_but_for_what_was_in_it():
    model = CycleModel(M4, flash(data_cache_lines=8), FLASH)
    found = model.estimate(reads(100, 20), 90 * MHZ).by_cause[Cause.DATA_READ]
    assert found == Cycles(2 * (20 - 8), 2 * 20, 2 * 20)
    larger = CycleModel(M4, flash(data_cache_lines=32), FLASH)
    assert larger.estimate(reads(100, 20), 90 * MHZ).by_cause[Cause.DATA_READ].low == 0
    smaller = CycleModel(M4, flash(data_cache_lines=4), FLASH)
    found = smaller.estimate(reads(100, 20), 90 * MHZ).by_cause[Cause.DATA_READ]
    assert found.high == 2 * 100


def test_data_waits_for_a_prefetch_that_is_under_way():
    part = flash(code_cache_lines=8, data_cache_lines=8, prefetch=True)
    found = CycleModel(M4, part, FLASH).estimate(reads(100, 20), 90 * MHZ).by_cause[Cause.DATA_READ]
    assert found.high == 2 * 2 * 20


def test_a_flash_of_64_bits_is_read_twice_for_what_one_of_128_bits_gives_at_once():
    code = straight(*LINE * 4, base=0)
    assert code_wait(flash(read_bytes=8), code) == 7 * 2
    narrow = flash(code_cache_lines=8, data_cache_lines=8, read_bytes=8)
    assert code_wait(narrow, reads(100, 7)) == 7 * 2 * 2
    assert narrow.waiting_reads(1, 1, CacheSize(8, 16)) == 1


def test_the_width_of_a_read_is_64_or_128_bits():
    table = {"source": "a test", "wait_states_up_to": [MHZ], "read_bytes": 8}
    assert read_flash(table).read_bytes == 8
    with pytest.raises(PlatformError, match="read_bytes"):
        read_flash({**table, "read_bytes": 12})


def test_where_reads_were_not_recorded_loads_widen_the_interval():
    part, model = flash(code_cache_lines=8), CycleModel(M4, flash(code_cache_lines=8), FLASH)
    assert code_wait(part, straight(LDR_LITERAL, base=0, times=10)) == 20
    found = model.estimate(straight(LDR_R2_R0, base=0, times=10), 90 * MHZ).by_cause
    assert found[Cause.DATA_READ] == Cycles(0, 0, 20)


def test_the_data_offset_is_an_interval():
    part = flash(code_cache_lines=8, data_wait_offset=(-1, 0, 0))
    found = CycleModel(M4, part, FLASH).estimate(reads(100, 7), 90 * MHZ).cycles
    assert found.best - found.low >= 100


def test_a_line_cache_keeps_the_lines_read_last():
    cache = LineCache(8)
    assert [cache.misses(line) for line in (*range(8), *range(8), 8, 1, 0)] == [
        *[True] * 8,
        *[False] * 8,
        True,
        False,
        True,
    ]
    assert cache.lines == [0, 1, 8, 7, 6, 5, 4, 3]


@pytest.mark.parametrize(
    "table",
    [
        {"source": "x"},
        {"source": "x", "wait_states_up_to": []},
        {"source": "x", "wait_states_up_to": [2, 1]},
        {"source": "x", "wait_states_up_to": [1], "prefetsch": True},
        {"source": "x", "wait_states_up_to": [1], "prefetch": 1},
        {"source": "x", "wait_states_up_to": [1], "data_wait_offset": [1, 0, 0]},
    ],
)
def test_a_bad_table_is_refused_with_what_to_do(table):
    with pytest.raises(PlatformError) as caught:
        read_flash(table)
    assert caught.value.hint
