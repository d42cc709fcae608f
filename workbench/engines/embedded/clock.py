"""Virtual time: instructions issued plus ticks slept through, and the timers that hang on it."""

from __future__ import annotations

from collections.abc import Callable

NEVER = (1 << 64) - 1
"""A moment that no clock and no count of instructions reaches."""


class ClockTimer:
    """A one-shot alarm; see `workbench.peripheral.Timer`."""

    def __init__(self, clock: Clock, callback: Callable[[], None]) -> None:
        self._clock = clock
        self.callback = callback
        self.deadline: int | None = None

    def arm(self, delay: int) -> None:
        self.deadline = self._clock.now + max(1, delay)
        self._clock.changed()

    def cancel(self) -> None:
        """Let it not expire any more."""
        self.deadline = None
        self._clock.changed()


class Clock:
    """The clock of a machine.

    `instructions` returns those issued so far, exact even inside a device access.
    `on_change` is called when the next deadline may have moved.
    """

    def __init__(
        self,
        ticks_per_second: int,
        instructions: Callable[[], int],
        on_change: Callable[[], None],
    ) -> None:
        self._ticks_per_second = ticks_per_second
        self._instructions = instructions
        self._on_change = on_change
        self._timers: list[ClockTimer] = []
        self._next: int | None = None  # cached earliest deadline, NEVER for none
        self.slept = 0

    @property
    def now(self) -> int:
        return self._instructions() + self.slept

    @property
    def ticks_per_second(self) -> int:
        return self._ticks_per_second

    @property
    def seconds(self) -> float:
        """Virtual time since reset."""
        return self.now / self._ticks_per_second

    def timer(self, callback: Callable[[], None]) -> ClockTimer:
        timer = ClockTimer(self, callback)
        self._timers.append(timer)
        return timer

    def changed(self) -> None:
        """A timer was armed or cancelled."""
        self._next = None
        self._on_change()

    @property
    def next_deadline(self) -> int:
        """Ticks at which the earliest timer expires, NEVER if none is armed."""
        if self._next is None:
            armed = [t.deadline for t in self._timers if t.deadline is not None]
            self._next = min(armed, default=NEVER)
        return self._next

    def expire(self) -> None:
        """Call the callbacks of all timers that are due, earliest first."""
        while self.next_deadline <= self.now:
            due = next(t for t in self._timers if t.deadline == self._next)
            due.deadline = None
            self._next = None
            due.callback()

    def sleep_until(self, ticks: int) -> None:
        """Let time pass without instructions."""
        self.slept += max(0, ticks - self.now)

    def reset(self) -> None:
        """Start at 0 with no timer armed."""
        self.slept = 0
        self.cancel_all()

    def cancel_all(self) -> None:
        """Disarm every timer; time goes on."""
        for timer in self._timers:
            timer.deadline = None
        self._next = None

    def save(self) -> tuple[int, tuple[int | None, ...]]:
        """Return what `restore` takes; timers are known by the order of their creation."""
        return self.slept, tuple(timer.deadline for timer in self._timers)

    def restore(self, state: tuple[int, tuple[int | None, ...]]) -> None:
        self.slept, deadlines = state
        for timer, deadline in zip(self._timers, deadlines, strict=True):
            timer.deadline = deadline
        self.changed()
