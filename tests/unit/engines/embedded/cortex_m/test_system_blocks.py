"""SysTick, MPU, DWT and the clock they hang on, without a core."""

from __future__ import annotations

import pytest

from workbench.engines.embedded.clock import NEVER, Clock
from workbench.engines.embedded.cortex_m import dwt as dwt_registers
from workbench.engines.embedded.cortex_m import mpu as mpu_registers
from workbench.engines.embedded.cortex_m import systick as systick_registers
from workbench.engines.embedded.cortex_m.dwt import Dwt
from workbench.engines.embedded.cortex_m.mpu import Mpu
from workbench.engines.embedded.cortex_m.systick import SysTick
from workbench.platform.cores import CORTEX_M4


class Time:
    """A clock whose instructions the test counts."""

    def __init__(self, ticks_per_second: int = 100_000_000) -> None:
        self.instructions = 0
        self.clock = Clock(ticks_per_second, lambda: self.instructions, lambda: None)

    def advance(self, instructions: int) -> None:
        """Execute so many instructions, coming out for each timer that is due."""
        end = self.instructions + instructions
        while self.clock.next_deadline <= end + self.clock.slept:
            self.instructions = max(self.instructions, self.clock.next_deadline - self.clock.slept)
            self.clock.expire()
        self.instructions = end


@pytest.fixture
def time() -> Time:
    return Time()


def test_timers_expire_in_order_of_time_then_of_creation(time: Time) -> None:
    log: list[str] = []
    first = time.clock.timer(lambda: log.append("first"))
    second = time.clock.timer(lambda: log.append("second"))
    third = time.clock.timer(lambda: log.append("third"))
    third.arm(5)
    second.arm(10)
    first.arm(10)
    time.advance(20)
    assert log == ["third", "first", "second"]


def test_a_cancelled_timer_does_not_expire(time: Time) -> None:
    log: list[int] = []
    timer = time.clock.timer(lambda: log.append(1))
    timer.arm(5)
    timer.cancel()
    time.advance(20)
    assert log == []


def test_a_timer_may_arm_itself_again(time: Time) -> None:
    log: list[int] = []

    def tick() -> None:
        log.append(time.clock.now)
        timer.arm(10)

    timer = time.clock.timer(tick)
    timer.arm(10)
    time.advance(35)
    assert log == [10, 20, 30]


def test_sleep_moves_time_but_not_instructions(time: Time) -> None:
    time.advance(7)
    time.clock.sleep_until(100)
    assert (time.clock.now, time.instructions) == (100, 7)


def test_timers_are_saved_with_the_clock(time: Time) -> None:
    log: list[int] = []
    timer = time.clock.timer(lambda: log.append(time.clock.now))
    timer.arm(50)
    saved = time.clock.save()
    time.clock.cancel_all()
    time.clock.restore(saved)
    time.advance(60)
    assert log == [50]


def systick(time: Time, frequency: int, reload: int, log: list[int]) -> SysTick:
    block = SysTick(time.clock, frequency, lambda: log.append(time.clock.now))
    block.write(systick_registers.RVR, reload)
    block.write(systick_registers.CVR, 0)
    block.write(systick_registers.CSR, 7)
    return block


def test_systick_period_is_reload_plus_one(time: Time) -> None:
    log: list[int] = []
    systick(time, 100_000_000, 999, log)
    time.advance(3500)
    assert log == [1000, 2000, 3000]


def test_systick_runs_at_its_own_clock(time: Time) -> None:
    log: list[int] = []
    systick(time, 168_000_000, 168_000 - 1, log)
    time.advance(250_000)
    assert log == [100_000, 200_000]


def test_systick_counts_at_its_reference_clock_where_the_part_has_one(time: Time) -> None:
    log: list[int] = []
    block = SysTick(time.clock, 100_000_000, lambda: log.append(time.clock.now), 8, 0x4000_493E)
    assert (block.read(systick_registers.CSR), block.read(systick_registers.CALIB)) == (
        0,
        0x4000_493E,
    )
    block.write(systick_registers.RVR, 99)
    block.write(systick_registers.CVR, 0)
    block.write(systick_registers.CSR, 3)
    time.advance(1600)
    assert log == [800, 1600]
    block.write(systick_registers.CSR, 7)
    time.advance(200)
    assert log == [800, 1600, 1700, 1800]


def test_systick_without_a_reference_clock_has_clksource_set(time: Time) -> None:
    block = SysTick(time.clock, 100_000_000, lambda: None)
    block.write(systick_registers.CSR, 0)
    assert block.read(systick_registers.CSR) == systick_registers.CSR_CLKSOURCE
    assert block.read(systick_registers.CALIB) >> 30 == 3  # NOREF, and SKEW: TENMS is not given


def test_systick_counts_down(time: Time) -> None:
    block = systick(time, 100_000_000, 999, [])
    time.advance(1)
    assert block.read(systick_registers.CVR) == 999
    time.advance(100)
    assert block.read(systick_registers.CVR) == 899


def test_countflag_is_cleared_by_reading(time: Time) -> None:
    block = systick(time, 100_000_000, 9, [])
    time.advance(10)
    assert block.read(systick_registers.CSR) & systick_registers.CSR_COUNTFLAG
    assert not block.read(systick_registers.CSR) & systick_registers.CSR_COUNTFLAG


def test_systick_without_its_interrupt_wakes_nobody(time: Time) -> None:
    log: list[int] = []
    block = systick(time, 168_000_000, 1, log)
    block.write(systick_registers.CSR, systick_registers.CSR_ENABLE)
    assert time.clock.next_deadline == NEVER
    time.advance(1_000_003)
    assert block.read(systick_registers.CSR) & systick_registers.CSR_COUNTFLAG
    assert block.read(systick_registers.CVR) in (0, 1)
    assert not log


def test_systick_stops_at_0_where_nothing_is_to_be_loaded(time: Time) -> None:
    log: list[int] = []
    block = systick(time, 100_000_000, 9, log)
    time.advance(5)
    block.write(systick_registers.RVR, 0)
    time.advance(1_000)
    assert log == [10]
    assert block.read(systick_registers.CVR) == 0
    assert time.clock.next_deadline == NEVER


def test_a_stopped_systick_keeps_its_value(time: Time) -> None:
    block = systick(time, 100_000_000, 999, [])
    time.advance(101)
    block.write(systick_registers.CSR, 0)
    time.advance(500)
    assert block.read(systick_registers.CVR) == 899


def region(mpu: Mpu, number: int, base: int, size_bits: int, attributes: int) -> None:
    mpu.write(mpu_registers.MPU_RNR, number)
    mpu.write(mpu_registers.MPU_RBAR, base)
    mpu.write(mpu_registers.MPU_RASR, attributes | (size_bits - 1) << 1 | 1)


READ_ONLY, FULL, NEVER_EXECUTE = 6 << 24, 3 << 24, 1 << 28


@pytest.fixture
def mpu() -> Mpu:
    mpu = Mpu(CORTEX_M4.mpu_regions, lambda: None)
    region(mpu, 0, 0x20000000, 16, FULL | NEVER_EXECUTE)
    region(mpu, 1, 0x20000100, 8, READ_ONLY)
    mpu.write(mpu_registers.MPU_CTRL, mpu_registers.CTRL_ENABLE)
    return mpu


def test_the_higher_region_wins(mpu: Mpu) -> None:
    assert mpu.permission(0x20000000, privileged=True).write
    assert not mpu.permission(0x20000100, privileged=True).write
    assert mpu.permission(0x200001FF, privileged=False).read


def test_nothing_is_executed_from_an_execute_never_region(mpu: Mpu) -> None:
    assert not mpu.permission(0x20000000, privileged=True).execute
    assert mpu.permission(0x20000100, privileged=True).execute


def test_a_disabled_subregion_falls_through(mpu: Mpu) -> None:
    region(mpu, 1, 0x20000100, 8, READ_ONLY | 1 << 15)  # the last of eight
    assert not mpu.permission(0x200001DF, privileged=True).write
    assert mpu.permission(0x200001E0, privileged=True).write


def test_the_default_map_is_for_privileged_code_only(mpu: Mpu) -> None:
    assert not mpu.permission(0x08000000, privileged=True).read
    mpu.write(mpu_registers.MPU_CTRL, mpu_registers.CTRL_ENABLE | mpu_registers.CTRL_PRIVDEFENA)
    assert mpu.permission(0x08000000, privileged=True).read
    assert not mpu.permission(0x08000000, privileged=False).read


def test_borders_are_where_permissions_change(mpu: Mpu) -> None:
    assert mpu.borders() == {0x20000000, 0x20010000, 0x20000100, 0x20000200}


def test_registers_can_be_written_through_the_aliases() -> None:
    mpu = Mpu(CORTEX_M4.mpu_regions, lambda: None)
    mpu.write(0xDA4, 0x20000000 | mpu_registers.RBAR_VALID | 5)
    mpu.write(0xDA8, FULL | 15 << 1 | 1)
    assert mpu.regions[0].start == 0x20000000
    assert mpu.read(mpu_registers.MPU_RNR) == 5


def test_the_cycle_counter_needs_trcena_and_its_enable(time: Time) -> None:
    demcr = [0]
    dwt = Dwt(lambda: time.instructions, lambda: demcr[0])
    dwt.write(dwt_registers.CTRL, 4, dwt_registers.CTRL_CYCCNTENA)
    time.advance(100)
    assert dwt.read(dwt_registers.CYCCNT, 4) == 0
    demcr[0] = dwt_registers.DEMCR_TRCENA
    dwt.write(dwt_registers.CYCCNT, 4, 0)
    time.advance(100)
    assert dwt.read(dwt_registers.CYCCNT, 4) == 100


def test_the_cycle_counter_can_be_set_and_stopped(time: Time) -> None:
    dwt = Dwt(lambda: time.instructions, lambda: dwt_registers.DEMCR_TRCENA)
    dwt.write(dwt_registers.CTRL, 4, dwt_registers.CTRL_CYCCNTENA)
    dwt.write(dwt_registers.CYCCNT, 4, 0xFFFFFFF0)
    time.advance(0x20)
    assert dwt.read(dwt_registers.CYCCNT, 4) == 0x10
    dwt.write(dwt_registers.CTRL, 4, 0)
    time.advance(100)
    assert dwt.read(dwt_registers.CYCCNT, 4) == 0x10


def test_the_cycle_counter_can_count_modelled_cycles(time: Time) -> None:
    dwt = Dwt(lambda: time.instructions, lambda: dwt_registers.DEMCR_TRCENA)
    dwt.now = lambda: 2 * time.instructions
    dwt.write(dwt_registers.CTRL, 4, dwt_registers.CTRL_CYCCNTENA)
    dwt.write(dwt_registers.CYCCNT, 4, 0)
    time.advance(50)
    assert dwt.read(dwt_registers.CYCCNT, 4) == 100
