"""A timer wakes the run loop only for what somebody waits for; the rest is found out when read.

Each is set to its fastest: woken at each count, a second of sleep would take minutes of the host.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench, FakeClock
from workbench.engines.embedded.peripherals.nordic import nrf, nrf_ppi, nrf_rtc, nrf_timer
from workbench.engines.embedded.peripherals.st import stm32_rtc, stm32_timer


class CountingClock(FakeClock):
    """Counts how often timers expire."""

    def __init__(self) -> None:
        super().__init__()
        self.expired = 0

    def timer(self, callback):
        def counted() -> None:
            self.expired += 1
            callback()

        return super().timer(counted)


@pytest.fixture
def clock() -> CountingClock:
    return CountingClock()


def test_stm32_timer_stands_still_at_an_auto_reload_of_0(clock: CountingClock) -> None:
    """RM0090, 17.4.12."""
    timer = Bench("Timers.STM32_Timer", clock=clock, frequency=84_000_000)
    timer[stm32_timer.ARR] = 0
    timer[stm32_timer.DIER] = stm32_timer.UPDATE
    timer[stm32_timer.CR1] = stm32_timer.CR1_CEN
    clock.advance_seconds(1)
    assert (clock.expired, timer[stm32_timer.SR], timer[stm32_timer.CNT]) == (0, 0, 0)
    timer[stm32_timer.ARR] = 3
    clock.advance_seconds(1)
    assert timer[stm32_timer.SR] & stm32_timer.UPDATE


def test_stm32_timer_interrupts_once_until_it_is_cleared(clock: CountingClock) -> None:
    timer = Bench("Timers.STM32_Timer", clock=clock, frequency=84_000_000)
    timer[stm32_timer.ARR] = 1
    timer[stm32_timer.DIER] = stm32_timer.UPDATE
    timer[stm32_timer.CR1] = stm32_timer.CR1_CEN
    for _ in range(2):
        clock.expired = 0
        clock.advance_seconds(1)
        assert (clock.expired, timer.line) == (1, True)
        timer[stm32_timer.SR] = 0
        assert not timer.line


@pytest.mark.parametrize(
    ("control", "enabled", "compare"),
    [
        (stm32_timer.CR1_UDIS, stm32_timer.UPDATE, 1),  # no update event is ever generated
        (0, 0xE0, 1),  # COM, trigger and break, which are not modelled
        (0, stm32_timer.COMPARE_1, 9),  # beyond ARR
        (stm32_timer.CR1_DIR, stm32_timer.COMPARE_1, 9),
    ],
)
def test_stm32_timer_does_not_wait_for_what_never_comes(
    clock: CountingClock, control: int, enabled: int, compare: int
) -> None:
    timer = Bench("Timers.STM32_Timer", clock=clock, frequency=84_000_000)
    timer[stm32_timer.ARR] = 1
    timer[stm32_timer.CCR1] = compare
    timer[stm32_timer.DIER] = enabled
    timer[stm32_timer.CR1] = stm32_timer.CR1_CEN | control
    clock.advance_seconds(1)
    assert (clock.expired, timer.line) == (0, False)


def test_stm32_compare_of_a_later_round_is_waited_for(clock: CountingClock) -> None:
    timer = Bench("Timers.STM32_Timer", clock=clock, frequency=84_000_000)
    timer[stm32_timer.ARR] = 9
    timer[stm32_timer.CCR1] = 3
    timer[stm32_timer.DIER] = stm32_timer.COMPARE_1
    timer[stm32_timer.CNT] = 5
    timer[stm32_timer.CR1] = stm32_timer.CR1_CEN
    clock.advance_seconds(1)
    assert (clock.expired, timer.line) == (2, True)


def test_stm32_one_pulse_ends_without_being_watched(clock: CountingClock) -> None:
    timer = Bench("Timers.STM32_Timer", clock=clock, frequency=84_000_000)
    timer[stm32_timer.ARR] = 1
    timer[stm32_timer.CR1] = stm32_timer.CR1_CEN | stm32_timer.CR1_OPM
    clock.advance_seconds(1)
    assert clock.expired == 0
    assert timer[stm32_timer.CR1] == stm32_timer.CR1_OPM


def fast_nrf_timer(clock: CountingClock, shared: dict[str, Any] | None = None) -> Bench:
    timer = Bench("Timers.NRF52840_Timer", clock=clock, address=0x4000_8000, shared=shared)
    timer[nrf_timer.PRESCALER] = 0
    timer[nrf_timer.BITMODE] = 3
    timer[nrf_timer.CC] = 1
    timer[nrf.SHORTS] = 1 << nrf_timer.COMPARE_CLEAR_BIT
    timer[nrf_timer.START] = 1
    return timer


def test_nrf_timer_interrupts_once_until_it_is_cleared(clock: CountingClock) -> None:
    timer = fast_nrf_timer(clock)
    timer[nrf.INTENSET] = 1 << 16
    for _ in range(2):
        clock.expired = 0
        clock.advance_seconds(1)
        assert (clock.expired, timer.line) == (1, True)
        timer[nrf_timer.COMPARE] = 0
        assert not timer.line


def test_nrf_timer_does_not_wait_for_a_compare_that_never_comes(clock: CountingClock) -> None:
    """Channel 0 clears the counter at 1: channel 1 at 5 is never reached."""
    timer = fast_nrf_timer(clock)
    timer[nrf_timer.CC + 4] = 5
    timer[nrf.INTENSET] = 1 << 17
    clock.advance_seconds(1)
    assert clock.expired == 0
    assert (timer[nrf_timer.COMPARE], timer[nrf_timer.COMPARE + 4]) == (1, 0)


def test_nrf_timer_wakes_for_the_watched_of_several_compares(clock: CountingClock) -> None:
    timer = fast_nrf_timer(clock)
    timer[nrf.SHORTS] = 1 << nrf_timer.COMPARE_CLEAR_BIT + 2
    for channel, compare in enumerate((1, 2, 16_000_000)):
        timer[nrf_timer.CC + 4 * channel] = compare
    timer[nrf_timer.CLEAR] = 1
    timer[nrf.INTENSET] = 1 << 18
    clock.advance_seconds(0.999)
    assert not timer.line
    clock.advance_seconds(0.002)
    assert (clock.expired, timer.line) == (1, True)


def test_nrf_timer_stops_by_its_shortcut_without_being_watched(clock: CountingClock) -> None:
    timer = fast_nrf_timer(clock)
    timer[nrf.SHORTS] = 1 << nrf_timer.COMPARE_STOP_BIT
    timer[nrf_timer.CC] = 7
    timer[nrf_timer.CLEAR] = 1
    clock.advance_seconds(1)
    timer[nrf_timer.CAPTURE + 4] = 1
    assert (clock.expired, timer[nrf_timer.CC + 4]) == (0, 7)


def test_nrf_rtc_ticks_in_silence_unless_they_interrupt_or_are_routed(
    clock: CountingClock,
) -> None:
    shared: dict[str, Any] = {}
    ppi = Bench("Miscellaneous.NRF52840_PPI", clock=clock, shared=shared)
    rtc = Bench("Timers.NRF52840_RTC", clock=clock, address=0x4000_B000, shared=shared)
    ppi.model.connect({"rtc": rtc.model})
    rtc[nrf_rtc.EVTENSET] = 1
    rtc[nrf_rtc.START] = 1
    clock.advance_seconds(1)
    assert (clock.expired, rtc[nrf_rtc.TICK]) == (0, 1)
    rtc[nrf.INTENSET] = 1
    clock.advance_seconds(1)
    assert clock.expired == 0  # the event is set already
    rtc[nrf_rtc.TICK] = 0
    clock.advance_seconds(1)
    assert (clock.expired, rtc.line) == (1, True)
    ppi[nrf_ppi.EVENT_END] = 0x4000_B000 + nrf_rtc.TICK
    ppi[nrf_ppi.CHENSET] = 1
    clock.expired = 0
    clock.advance_seconds(1 / 1024)
    assert clock.expired >= 31


@pytest.fixture
def rtc(clock: CountingClock) -> Bench:
    rtc = Bench("Timers.STM32F4_RTC", ("AlarmIRQ", "WakeupIRQ"), clock=clock)
    rtc[stm32_rtc.PRER] = 0  # a second of the calendar at each count of the clock
    return rtc


def test_stm32_wakeup_interrupts_once_until_it_is_cleared(clock: CountingClock, rtc: Bench) -> None:
    rtc[stm32_rtc.WUTR] = 0
    rtc[stm32_rtc.CR] = stm32_rtc.CR_WUTE | 3
    clock.advance_seconds(1)
    assert clock.expired == 0
    assert rtc[stm32_rtc.ISR] & stm32_rtc.ISR_WUTF
    rtc[stm32_rtc.ISR] = 0
    rtc[stm32_rtc.CR] = stm32_rtc.CR_WUTE | stm32_rtc.CR_WUTIE | 3
    clock.advance_seconds(1)
    assert (clock.expired, rtc.lines["WakeupIRQ"].level) == (1, True)


def test_stm32_alarm_interrupts_once_until_it_is_cleared(clock: CountingClock, rtc: Bench) -> None:
    rtc[stm32_rtc.ALRMAR] = 0x8080_8080  # at each second
    rtc[stm32_rtc.CR] = stm32_rtc.CR_ALRAE
    clock.advance_seconds(1)
    assert clock.expired == 0
    assert rtc[stm32_rtc.ISR] & stm32_rtc.ISR_ALRAF
    rtc[stm32_rtc.ISR] = 0
    rtc[stm32_rtc.CR] = stm32_rtc.CR_ALRAE | stm32_rtc.CR_ALRAIE
    clock.advance_seconds(1)
    assert (clock.expired, rtc.lines["AlarmIRQ"].level) == (1, True)
