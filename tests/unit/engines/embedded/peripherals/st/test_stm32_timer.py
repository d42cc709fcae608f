"""Timers of the STM32F4 (RM0090, sections 17 to 20)."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.peripherals.fakes import Bench
from workbench.engines.embedded.peripherals.st import stm32_timer as t

# The virtual clock has 100 MHz: at 10 MHz one count takes ten ticks.
TICKS = 10


@pytest.fixture
def timer():
    return Bench(
        "Timers.STM32_Timer",
        ("", "UpdateInterrupt", "CaptureCompareInterrupt"),
        frequency=10_000_000,
        initialLimit=0xFFFF,
    )


def start(timer, *, reload=99, prescaler=0, control=0, interrupts=t.UPDATE):
    timer[t.PSC], timer[t.ARR] = prescaler, reload
    timer[t.EGR] = t.UPDATE  # loads the prescaler, as drivers do
    timer[t.SR], timer[t.DIER] = 0, interrupts
    timer[t.CR1] = t.CR1_CEN | control


def test_counts_at_its_frequency(timer):
    start(timer, reload=0xFFFF)
    timer.clock.advance(123 * TICKS + 9)
    assert timer[t.CNT] == 123
    timer.clock.advance(1)
    assert timer[t.CNT] == 124


def test_prescaler_divides_by_its_value_plus_one(timer):
    start(timer, reload=0xFFFF, prescaler=9)
    timer.clock.advance(100 * TICKS)
    assert timer[t.CNT] == 10


def test_update_event_every_arr_plus_one_counts(timer):
    start(timer, reload=99)
    timer.clock.advance(100 * TICKS - 1)
    assert not timer.line
    timer.clock.advance(1)
    assert timer.line
    assert timer.lines["UpdateInterrupt"].level
    assert not timer.lines["CaptureCompareInterrupt"].level
    assert timer[t.CNT] == 0
    timer[t.SR] = ~t.UPDATE & 0xFFFF_FFFF
    assert not timer.line
    timer.clock.advance(1_000 * TICKS)
    assert timer[t.SR] & t.UPDATE


def test_periodic_interrupt_does_not_drift(timer):
    """1 kHz for a second from an odd frequency: exactly a thousand interrupts."""
    odd = Bench("Timers.STM32_Timer", frequency=84_000_000, initialLimit=0xFFFF)
    start(odd, reload=999, prescaler=83)
    for _ in range(1_000):
        odd.clock.advance(100_000)
        assert odd.line
        odd[t.SR] = 0
    assert odd.lines[""].rises == 1_000


def test_flag_is_seen_by_polling_without_interrupts(timer):
    start(timer, interrupts=0)
    timer.clock.advance(100 * TICKS)
    assert timer[t.SR] & t.UPDATE
    assert not timer.line


def test_one_pulse_stops_at_the_update(timer):
    start(timer, control=t.CR1_OPM)
    timer.clock.advance(1_000 * TICKS)
    assert not timer[t.CR1] & t.CR1_CEN
    assert timer[t.CNT] == 0
    assert timer.lines[""].rises == 1


def test_a_compare_match_interrupts_at_its_tick(timer):
    timer[t.CCR1 + 4] = 40
    start(timer, interrupts=t.COMPARE_1 << 1)
    timer.clock.advance(40 * TICKS - 1)
    assert not timer.line
    timer.clock.advance(1)
    assert timer.line
    assert timer.lines["CaptureCompareInterrupt"].level
    assert timer[t.SR] & t.COMPARES == t.COMPARE_1 << 1
    assert timer[t.CNT] == 40


def test_a_timer_that_counts_down_interrupts_at_zero(timer):
    start(timer, control=t.CR1_DIR)
    assert timer[t.CNT] == 99
    timer.clock.advance(30 * TICKS)
    assert timer[t.CNT] == 69
    timer.clock.advance(70 * TICKS)
    assert timer.line
    assert timer[t.CNT] == 99


def test_reload_is_buffered_with_arpe_only(timer):
    start(timer, control=t.CR1_ARPE)
    timer[t.ARR] = 9
    timer.clock.advance(50 * TICKS)
    assert timer[t.CNT] == 50
    timer.clock.advance(50 * TICKS)
    timer[t.SR] = 0
    timer.clock.advance(10 * TICKS)
    assert timer.line


def test_prescaler_takes_effect_at_the_next_update(timer):
    start(timer)
    timer[t.PSC] = 9
    timer.clock.advance(100 * TICKS)
    assert timer[t.CNT] == 0
    timer.clock.advance(100 * TICKS)
    assert timer[t.CNT] == 10


def test_long_time_passes_in_one_look(timer):
    start(timer, interrupts=0, prescaler=0)
    timer[t.PSC] = 4  # from the first update on
    timer.clock.advance(100 * TICKS + 3_210 * 5 * TICKS)
    assert timer[t.CNT] == 3_210 % 100


def test_software_update_with_urs_sets_no_flag(timer):
    timer[t.CR1] = t.CR1_URS
    timer[t.EGR] = t.UPDATE
    assert timer[t.SR] == 0
    timer[t.CR1] = 0
    timer[t.EGR] = t.UPDATE
    assert timer[t.SR] == t.UPDATE


def test_repetition_counter_leaves_updates_out(timer):
    timer[t.RCR] = 2
    start(timer)
    timer.clock.advance(299 * TICKS)
    assert not timer.line
    timer.clock.advance(1 * TICKS)
    assert timer.line


def test_stopped_timer_keeps_its_count(timer):
    start(timer)
    timer.clock.advance(10 * TICKS)
    timer[t.CR1] = 0
    timer.clock.advance(1_000 * TICKS)
    assert timer[t.CNT] == 10


def test_width_is_the_initial_limit():
    wide = Bench("Timers.STM32_Timer", frequency=10_000_000, initialLimit=0xFFFF_FFFF)
    assert wide[t.ARR] == 0xFFFF_FFFF
    wide[t.ARR] = 0x1234_5678
    assert wide[t.ARR] == 0x1234_5678
    narrow = Bench("Timers.STM32_Timer", frequency=10_000_000, initialLimit=0xFFFF)
    narrow[t.ARR] = 0x1234_5678
    assert narrow[t.ARR] == 0x5678
