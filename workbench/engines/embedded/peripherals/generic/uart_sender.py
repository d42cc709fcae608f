"""What is at the other end of a UART's RX pin, and sends what the host writes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any

from workbench.peripheral import VirtualClock


@dataclass(frozen=True)
class Frame:
    """The time of one byte on the line, start and stop bits included: `half_bits` / 2 bits, each of
    `divider` / `hertz` seconds. UART clocks are integers, and so no time is rounded before its end.
    """

    half_bits: int
    divider: int
    hertz: int

    def ticks(self, count: int, ticks_per_second: int) -> int:
        """Return the tick in which the last of `count` frames ends, counted from the first one's
        start.
        """
        return -(-count * self.half_bits * self.divider * ticks_per_second // (2 * self.hertz))


class Sender:
    """Sends frames back to back while the receiver is on, at the receiver's own baud rate.

    Bytes wait while the receiver is off. A frame during which the receiver is switched off, or is
    set to another rate, is sent anew: no byte is lost and none is torn that the firmware could not
    have received. Without a frame's time each byte waits until the receiver has taken the last.
    """

    def __init__(
        self, clock: VirtualClock, deliver: Callable[[int], None], has_room: Callable[[], bool]
    ) -> None:
        """deliver: takes a byte whose frame has ended. has_room: whether one can be taken; asked
        only where frames take no time.
        """
        self._clock = clock
        self._deliver = deliver
        self._has_room = has_room
        self._timer = clock.timer(self._frame_ended)
        self._waiting: deque[int] = deque()
        self._is_on = False
        self._frame: Frame | None = None
        self._begun = 0  # when the first of the frames that go back to back began
        self._ended = 0  # how many of them have ended

    @property
    def waiting(self) -> bytes:
        """What has not arrived yet."""
        return bytes(self._waiting)

    def send(self, data: bytes) -> None:
        """Queue `data`; it begins to arrive at once where the line is free."""
        was_idle = not self._waiting
        self._waiting.extend(data)
        if was_idle or self._frame is None:
            self._begin()

    def listen(self, is_on: bool, frame: Frame | None) -> None:
        """The receiver is on or off, and its frames take this long; None: no time."""
        if (is_on, frame) != (self._is_on, self._frame):
            self._is_on, self._frame = is_on, frame
            self._begin()

    def taken(self) -> None:
        """The receiver has room again."""
        if self._frame is None:
            self._begin()

    def forget(self) -> None:
        """Drop what has not arrived."""
        self._waiting.clear()
        self._begin()

    def save(self) -> tuple[Any, ...]:
        """Return what `restore` takes; the timer is in the clock's state."""
        frame = (0, 0, 0) if self._frame is None else astuple(self._frame)
        return bytes(self._waiting), self._is_on, frame, self._begun, self._ended

    def restore(self, state: tuple[Any, ...]) -> None:
        waiting, self._is_on, frame, self._begun, self._ended = state
        self._waiting = deque(waiting)
        self._frame = Frame(*frame) if min(frame) > 0 else None

    def _begin(self) -> None:
        """Begin to send the first byte that waits."""
        self._begun, self._ended = self._clock.now, 0
        if self._frame is not None:
            self._schedule()
            return
        self._timer.cancel()
        while self._waiting and self._is_on and self._has_room():
            self._deliver(self._waiting.popleft())

    def _schedule(self) -> None:
        if not self._waiting or not self._is_on or self._frame is None:
            self._timer.cancel()
            return
        end = self._begun + self._frame.ticks(self._ended + 1, self._clock.ticks_per_second)
        self._timer.arm(end - self._clock.now)

    def _frame_ended(self) -> None:
        self._ended += 1
        byte = self._waiting.popleft()
        self._schedule()
        self._deliver(byte)
