"""TIMER, RTC and WDT of the nRF52840 (Product Specification v1.7, 6.30, 6.22 and 6.36)."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.peripherals.fakes import TICKS_PER_SECOND, Bench
from workbench.engines.embedded.peripherals.nordic import nrf, nrf_rtc, nrf_wdt
from workbench.engines.embedded.peripherals.nordic import nrf_timer as t


def bit(event: int) -> int:
    return 1 << (event - nrf.EVENTS) // 4


def capture(timer, channel=3):
    timer[t.CAPTURE + 4 * channel] = 1
    return timer[t.CC + 4 * channel]


@pytest.fixture
def timer():
    bench = Bench("Timers.NRF52840_Timer", numberOfEvents=4)
    bench[t.BITMODE] = 3  # 32 bits
    return bench


def test_runs_at_one_megahertz_after_reset(timer):
    timer[t.START] = 1
    timer.clock.advance_seconds(0.5)
    assert capture(timer) == 500_000
    timer[t.STOP] = 1
    timer.clock.advance_seconds(1)
    assert capture(timer) == 500_000
    timer[t.CLEAR] = 1
    assert capture(timer) == 0


@pytest.mark.parametrize(("prescaler", "hertz"), [(0, 16_000_000), (4, 1_000_000), (9, 31_250)])
def test_a_timer_counts_at_16_mhz_over_its_prescaler(timer, prescaler, hertz):
    timer[t.PRESCALER] = prescaler
    timer[t.START] = 1
    timer.clock.advance_seconds(1)
    assert capture(timer) == hertz


@pytest.mark.parametrize(("mode", "width"), [(0, 16), (1, 8), (2, 24), (3, 32)])
def test_bit_mode_sets_where_it_wraps(timer, mode, width):
    timer[t.BITMODE] = mode
    timer[t.START] = 1
    timer.clock.advance_seconds(100)
    assert capture(timer) == 100_000_000 % (1 << width)


def test_compare_event_and_interrupt(timer):
    timer[t.CC] = 1_000
    timer[nrf.INTENSET] = bit(t.COMPARE)
    timer[t.START] = 1
    timer.clock.advance_seconds(0.000_999)
    assert not timer.line
    timer.clock.advance_seconds(0.000_001)
    assert timer.line
    assert timer[t.COMPARE] == 1
    timer[t.COMPARE] = 0
    assert not timer.line


def test_compare_is_seen_by_polling_too(timer):
    timer[t.CC + 4] = 10
    timer[t.START] = 1
    timer.clock.advance_seconds(0.001)
    assert timer[t.COMPARE + 4] == 1


def test_compare_clear_makes_it_periodic(timer):
    timer[t.CC] = 1_000
    timer[nrf.SHORTS] = 1 << t.COMPARE_CLEAR_BIT
    timer[nrf.INTENSET] = bit(t.COMPARE)
    timer[t.START] = 1
    for _ in range(100):
        timer.clock.advance_seconds(0.001)
        assert timer.line
        timer[t.COMPARE] = 0
    assert timer.lines[""].rises == 100


def test_compare_clear_without_anybody_looking(timer):
    timer[t.CC] = 1_000
    timer[nrf.SHORTS] = 1 << t.COMPARE_CLEAR_BIT
    timer[t.START] = 1
    timer.clock.advance_seconds(12.000_345)
    assert capture(timer) == 345


def test_the_shortcut_compare_stop_stops_the_timer(timer):
    timer[t.CC] = 50
    timer[nrf.SHORTS] = 1 << t.COMPARE_STOP_BIT
    timer[t.START] = 1
    timer.clock.advance_seconds(1)
    assert capture(timer) == 50


def test_counter_mode_counts_tasks(timer):
    timer[t.MODE] = 1
    timer[t.START] = 1
    timer[t.CC] = 3
    for _ in range(3):
        timer[t.COUNT] = 1
    assert timer[t.COMPARE] == 1
    assert capture(timer) == 3


@pytest.fixture
def rtc():
    return Bench("Timers.NRF52840_RTC", numberOfEvents=4)


def test_rtc_counts_at_32768_hertz(rtc):
    rtc[nrf_rtc.START] = 1
    rtc.clock.advance_seconds(2)
    assert rtc[nrf_rtc.COUNTER] == 65_536
    rtc[nrf_rtc.STOP] = 1
    rtc.clock.advance_seconds(2)
    assert rtc[nrf_rtc.COUNTER] == 65_536
    rtc[nrf_rtc.CLEAR] = 1
    assert rtc[nrf_rtc.COUNTER] == 0


def test_the_rtc_counts_at_32_khz_over_its_prescaler(rtc):
    rtc[nrf_rtc.PRESCALER] = 32
    rtc[nrf_rtc.START] = 1
    rtc.clock.advance_seconds(33)
    assert rtc[nrf_rtc.COUNTER] == 32_768


def test_rtc_compare_interrupt_at_the_moment(rtc):
    rtc[nrf_rtc.CC] = 328
    rtc[nrf.INTENSET] = bit(nrf_rtc.COMPARE)
    rtc[nrf_rtc.START] = 1
    moment = -(-328 * TICKS_PER_SECOND // 32_768)
    rtc.clock.advance(moment - 1)
    assert not rtc.line
    rtc.clock.advance(1)
    assert rtc.line


def test_rtc_event_only_when_asked_for(rtc):
    rtc[nrf_rtc.CC] = 10
    rtc[nrf_rtc.START] = 1
    rtc.clock.advance_seconds(0.1)
    assert rtc[nrf_rtc.COMPARE] == 0
    rtc[nrf_rtc.EVTENSET] = bit(nrf_rtc.COMPARE)
    rtc[nrf_rtc.CC] = rtc[nrf_rtc.COUNTER] + 10
    rtc.clock.advance_seconds(0.1)
    assert rtc[nrf_rtc.COMPARE] == 1
    assert not rtc.line


def test_rtc_compare_with_the_count_that_is_reached_is_a_round_away(rtc):
    """An event comes when COUNTER changes to CC, not while it stands there (6.22.7)."""
    rtc[nrf_rtc.START] = 1
    rtc.clock.advance_seconds(100 / 32_768)
    rtc[nrf_rtc.STOP] = 1
    rtc[nrf_rtc.CC] = rtc[nrf_rtc.COUNTER]
    rtc[nrf.INTENSET] = bit(nrf_rtc.COMPARE)
    rtc[nrf_rtc.START] = 1
    rtc.clock.advance_seconds(1)
    assert (rtc[nrf_rtc.COMPARE], rtc.line) == (0, False)
    rtc.clock.advance_seconds((1 << 24) / 32_768 - 1)
    assert rtc[nrf_rtc.COMPARE] == 1


def test_rtc_tick_and_overflow(rtc):
    rtc[nrf.INTENSET] = bit(nrf_rtc.TICK)
    rtc[nrf_rtc.START] = 1
    rtc.clock.advance_seconds(1 / 32_768)
    assert rtc[nrf_rtc.TICK] == 1
    rtc[nrf.INTENCLR] = bit(nrf_rtc.TICK)
    rtc[nrf.INTENSET] = bit(nrf_rtc.OVRFLW)
    rtc[nrf_rtc.TRIGOVRFLW] = 1
    assert rtc[nrf_rtc.COUNTER] == 0xFFFFF0
    rtc.clock.advance_seconds(17 / 32_768)
    assert rtc[nrf_rtc.OVRFLW] == 1


@pytest.fixture
def watchdog():
    bench = Bench("Timers.NRF52840_Watchdog")
    bench[nrf_wdt.CRV] = 32_767  # one second
    bench[nrf_wdt.RREN] = 0b11
    bench[nrf_wdt.START] = 1
    return bench


def test_watchdog_that_is_fed_does_nothing(watchdog):
    for _ in range(10):
        watchdog.clock.advance_seconds(0.9)
        for request in (0, 1):
            watchdog[nrf_wdt.RR + 4 * request] = nrf_wdt.RELOAD
    assert watchdog.resets == 0


def test_watchdog_resets_when_one_request_is_missing(watchdog):
    watchdog[nrf.INTENSET] = bit(nrf_wdt.TIMEOUT)
    watchdog.clock.advance_seconds(0.9)
    watchdog[nrf_wdt.RR] = nrf_wdt.RELOAD
    assert watchdog[nrf_wdt.REQSTATUS] == 0b10
    watchdog.clock.advance_seconds(0.1)
    assert watchdog.line  # two cycles of warning
    assert watchdog.resets == 0
    watchdog.clock.advance_seconds(0.001)
    assert watchdog.resets == 1


def test_watchdog_cannot_be_changed_while_it_runs(watchdog):
    watchdog[nrf_wdt.CRV] = 0xFFFF_FFFF
    watchdog[nrf_wdt.RR] = 1  # not the reload word
    watchdog.clock.advance_seconds(1.1)
    assert watchdog.resets == 1
