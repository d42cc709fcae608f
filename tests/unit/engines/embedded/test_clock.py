"""Virtual time and the timers that hang on it."""

import pytest

from workbench.engines.embedded.clock import NEVER, Clock


class Time:
    """Instructions issued so far, as a machine counts them."""

    def __init__(self):
        self.count = 100
        self.changes = 0
        self.clock = Clock(1_000_000, lambda: self.count, self.changed)

    def changed(self):
        self.changes += 1


@pytest.fixture
def time():
    return Time()


@pytest.mark.parametrize("delay", [-5, 0, 1])
def test_a_timer_never_expires_at_the_moment_in_which_it_is_armed(time, delay):
    """Or a callback that arms it again would not let time go on."""
    rounds = []

    def again() -> None:
        rounds.append(time.clock.now)
        timer.arm(delay)

    timer = time.clock.timer(again)
    timer.arm(delay)
    assert time.clock.next_deadline == 101
    time.clock.expire()
    assert rounds == []
    time.count = 101
    time.clock.expire()
    assert rounds == [101]
    assert time.clock.next_deadline == 102


def test_timers_expire_in_the_order_of_their_deadlines(time):
    seen = []
    for name, delay in (("late", 30), ("early", 10), ("middle", 20)):
        time.clock.timer(lambda name=name: seen.append(name)).arm(delay)
    time.clock.sleep_until(120)
    time.clock.expire()
    assert seen == ["early", "middle"]
    assert time.clock.next_deadline == 130


def test_sleep_is_time_without_instructions_and_never_goes_back(time):
    time.clock.sleep_until(150)
    assert (time.count, time.clock.slept, time.clock.now) == (100, 50, 150)
    time.clock.sleep_until(120)
    assert time.clock.now == 150
    assert time.clock.seconds == pytest.approx(150e-6)


def test_a_timer_that_is_cancelled_does_not_expire(time):
    timer = time.clock.timer(lambda: pytest.fail("it expired"))
    timer.arm(5)
    timer.cancel()
    assert time.clock.next_deadline == NEVER
    assert time.changes == 2
    time.count = 1000
    time.clock.expire()


def test_what_is_armed_comes_back_with_the_state(time):
    timer = time.clock.timer(lambda: None)
    timer.arm(7)
    time.clock.sleep_until(103)
    saved = time.clock.save()
    time.clock.reset()
    assert time.clock.next_deadline == NEVER
    time.clock.restore(saved)
    assert (time.clock.next_deadline, time.clock.now) == (107, 103)
