"""The doubles do what the machine does."""

from __future__ import annotations

from tests.unit.engines.embedded.peripherals.fakes import FakeBus, FakeClock, FakeLine


def test_timers_expire_in_order_and_at_their_moment():
    clock, seen = FakeClock(), []
    late = clock.timer(lambda: seen.append(("late", clock.now)))
    early = clock.timer(lambda: seen.append(("early", clock.now)))
    late.arm(20)
    early.arm(10)
    clock.advance(15)
    assert seen == [("early", 10)]
    clock.advance(15)
    assert seen == [("early", 10), ("late", 20)]
    assert clock.now == 30


def test_a_timer_may_arm_itself_again_and_be_cancelled():
    clock, seen = FakeClock(), []

    def again() -> None:
        seen.append(clock.now)
        timer.arm(10)

    timer = clock.timer(again)
    timer.arm(10)
    clock.advance(35)
    timer.cancel()
    clock.advance(35)
    assert seen == [10, 20, 30]


def test_memory_keeps_bytes():
    bus = FakeBus()
    bus.write(0x1000, b"abc")
    assert bus.read(0x0FFF, 5) == b"\0abc\0"


def test_a_line_counts_its_edges():
    line = FakeLine()
    for level in (True, True, False, True):
        line.set(level)
    assert line.rises == 2
