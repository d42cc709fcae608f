"""When the bytes come that the host sends: frames back to back, at the receiver's baud rate."""

from __future__ import annotations

import pytest

from tests.unit.engines.embedded.peripherals.fakes import TICKS_PER_SECOND, FakeClock
from workbench.engines.embedded.peripherals.generic.uart_sender import Frame, Sender

SLOW = Frame(half_bits=20, divider=365, hertz=42_000_000)  # 8N1 at 115,068 baud: 8690.476 ticks
FAST = Frame(half_bits=20, divider=100, hertz=10_000_000)  # 10,000 ticks


class Receiver:
    """Notes when each byte came; has room for `room` more where it is asked."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.sender = Sender(self.clock, self.arrived, lambda: self.room > 0)
        self.room = 0
        self.came: list[tuple[int, int]] = []

    def arrived(self, byte: int) -> None:
        self.room -= 1
        self.came.append((self.clock.now, byte))

    @property
    def moments(self) -> list[int]:
        return [moment for moment, _ in self.came]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


def test_a_frame_is_as_long_as_its_bits_at_the_baud_rate():
    assert FAST.ticks(1, TICKS_PER_SECOND) == 10_000
    assert Frame(21, 100, 10_000_000).ticks(1, TICKS_PER_SECOND) == 10_500  # 1.5 stop bits


def test_frames_follow_each_other_and_their_roundings_do_not_add_up(receiver):
    receiver.sender.listen(True, SLOW)
    receiver.clock.advance(77)
    receiver.sender.send(bytes(1000))
    receiver.clock.advance(10**8)
    exact = [77 + 10 * n * 365 * TICKS_PER_SECOND / 42_000_000 for n in range(1, 1001)]
    assert all(0 <= tick - time < 1 for tick, time in zip(receiver.moments, exact, strict=True))


def test_what_is_sent_later_queues_behind_the_frame_on_the_line(receiver):
    receiver.sender.listen(True, FAST)
    receiver.sender.send(b"a")
    receiver.clock.advance(9_000)
    receiver.sender.send(b"b")
    receiver.clock.advance(50_000)
    receiver.sender.send(b"c")
    receiver.clock.advance(50_000)
    assert receiver.came == [(10_000, ord("a")), (20_000, ord("b")), (69_000, ord("c"))]


def test_bytes_wait_until_the_receiver_is_on(receiver):
    receiver.sender.send(b"ab")
    receiver.clock.advance(100_000)
    assert (receiver.came, receiver.sender.waiting) == ([], b"ab")
    receiver.sender.listen(True, FAST)
    receiver.clock.advance(100_000)
    assert receiver.moments == [110_000, 120_000]


def test_a_frame_that_the_receiver_could_not_hear_to_its_end_is_sent_anew(receiver):
    receiver.sender.listen(True, FAST)
    receiver.sender.send(b"ab")
    receiver.clock.advance(15_000)
    receiver.sender.listen(False, FAST)
    receiver.clock.advance(15_000)
    receiver.sender.listen(True, FAST)
    receiver.clock.advance(100_000)
    assert receiver.came == [(10_000, ord("a")), (40_000, ord("b"))]


def test_a_frame_is_sent_anew_when_the_baud_rate_changes(receiver):
    receiver.sender.listen(True, FAST)
    receiver.sender.send(b"abc")
    receiver.clock.advance(12_000)
    receiver.sender.listen(True, Frame(20, 200, 10_000_000))
    receiver.clock.advance(100_000)
    assert receiver.moments == [10_000, 32_000, 52_000]


def test_the_same_rate_again_changes_nothing(receiver):
    receiver.sender.listen(True, FAST)
    receiver.sender.send(b"a")
    receiver.clock.advance(5_000)
    receiver.sender.listen(True, FAST)
    receiver.clock.advance(100_000)
    assert receiver.moments == [10_000]


def test_without_a_rate_each_byte_waits_for_room(receiver):
    receiver.sender.listen(True, None)
    receiver.room = 1
    receiver.sender.send(b"abc")
    assert receiver.moments == [0]
    receiver.clock.advance(50)
    receiver.room = 2
    receiver.sender.taken()
    assert receiver.came == [(0, ord("a")), (50, ord("b")), (50, ord("c"))]


def test_a_snapshot_in_the_middle_of_a_byte_continues_there(receiver):
    receiver.sender.listen(True, SLOW)
    receiver.sender.send(b"abc")
    receiver.clock.advance(12_345)
    state, deadline = receiver.sender.save(), receiver.clock.timers[0].deadline
    receiver.clock.advance(100_000)

    other = Receiver()
    other.clock.now = 12_345
    other.sender.restore(state)
    other.clock.timers[0].deadline = deadline  # the clock's state holds it
    other.clock.advance(100_000)
    assert other.came == receiver.came[1:]
    assert receiver.moments == [8691, 17381, 26072]


def test_a_power_cycle_drops_what_has_not_arrived(receiver):
    receiver.sender.listen(True, FAST)
    receiver.sender.send(b"ab")
    receiver.sender.forget()
    receiver.clock.advance(100_000)
    assert (receiver.came, receiver.sender.waiting) == ([], b"")
