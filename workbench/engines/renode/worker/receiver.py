"""Bytes for the console: they come as on the line, while the receiver is on.

Renode's models drop a byte that comes while the receiver is off, and take all others at once; only
its STM32 USART of 2026-08 lets bytes come at the baud rate. On a desk the sender waits until the
board is up, and a byte takes its time: so does the workbench, on every engine and version.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workbench.engines.renode.worker.dotnet import (
    Action,
    Array,
    Boolean,
    Byte,
    ClockEntry,
    Direction,
    Expression,
    Func,
    Int32,
    Queue,
    UInt64,
    WorkMode,
    hidden_field,
    type_of,
)
from workbench.engines.renode.worker.expressions import (
    assign,
    block,
    call,
    constant,
    delegate,
    either,
    element,
    loop,
    read,
    when,
)
from workbench.engines.renode.worker.uart_line import (
    frame_nanoseconds,
    interrupts_when_idle,
    receiver_is_on,
)

TIMER = "workbench receiver"
"""The name of the clock entry that looks whether the receiver is on, and sends."""

# Entries of Renode's STM32_UART: of its idle detection, and of bytes that it holds back, which runs
# on for a byte's time after the last.
_IDLE_ENTRY = "STM32_UART Idle line detected"
_HELD_BACK_ENTRY = "STM32_UART receiver"

_NANOSECONDS = 1_000_000_000
_LOOK = 1_000
"""Nanoseconds to the first look whether the receiver is on; each later one takes one more."""


class Receiver:
    """Feeds the console's model, `uart`, on the core's thread and without Python."""

    def __init__(self, uart: Any, clock: Any, owner: Any, *, paced: bool) -> None:
        """paced: a byte takes the time of its frame; else all come once the receiver is on."""
        self._uart, self._clock, self._owner, self._paced = uart, clock, owner, paced
        held_back = hidden_field(uart, "intermediateReceiveQueue")
        self._held_back = None if held_back is None else held_back.GetValue(uart)
        # Such a model holds a byte back for the time of its frame: it is given it at the start.
        self._is_ahead = paced and self._held_back is not None
        self._queue = Queue[Byte]()
        self._sending = Array[Boolean]([False])  # the first byte of the queue is on the line
        self._looks = Array[UInt64]([UInt64(0)])
        self._elapsed = 0  # nanoseconds of its frame that are over
        self._is_on = delegate(type_of(Func[Boolean]), lambda: receiver_is_on(uart))
        self._frame = delegate(type_of(Func[UInt64]), lambda: frame_nanoseconds(uart))
        self._handler = Array.CreateInstance(type_of(Action), 1)
        self._handler[0] = delegate(type_of(Action), self._tick)

    @property
    def waiting(self) -> bytes:
        """What has not arrived yet."""
        return bytes(self._queue.ToArray())

    @property
    def frame(self) -> int | None:
        """How many nanoseconds of a frame are over; None where none is on the line."""
        return self._elapsed if self._sending[0] else None

    @property
    def keeps_pace(self) -> bool:
        """Return whether the model holds bytes back although they are to come at once."""
        return self._held_back is not None and not self._paced

    def receive(self, data: bytes) -> None:
        """Let `data` arrive as soon as the receiver is on, from the next run on."""
        if not self._queue.Count:
            self._forget_frame()
        for value in data:
            self._queue.Enqueue(Byte(value))

    def restore(self, waiting: bytes, frame: int | None) -> None:
        """Take what `waiting` and `frame` were."""
        self._queue.Clear()
        self.receive(waiting)
        self._sending[0], self._elapsed = frame is not None, frame or 0

    def is_receiving(self) -> bool:
        """Return whether bytes will come to a core that only sleeps."""
        return bool(self._queue.Count and self._is_on())

    def may_interrupt(self, entry: str) -> bool:
        """Return whether the clock entry `name` may interrupt; True for all but those of UARTs."""
        if entry == _IDLE_ENTRY:
            return interrupts_when_idle(self._uart)
        if entry == _HELD_BACK_ENTRY and self._held_back is not None:
            return bool(self._held_back.Count)
        return True

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Send what waits while the core runs."""
        if not self._queue.Count or not self._begin():
            yield
            return
        handler = self._handler[0]
        self._clock.AddClockEntry(self._entry())
        try:
            yield
        finally:
            if self._sending[0]:
                self._elapsed = int(self._clock.GetClockEntry(handler).Value)
            self._clock.TryRemoveClockEntry(handler)

    def _begin(self) -> bool:
        """Begin to send if the receiver is on; return whether anything is left for later."""
        self._looks[0] = UInt64(0)
        if not self._is_on():
            self._forget_frame()
        elif not self._paced:
            self._hand_over(self._queue.Count)
        elif not self._sending[0]:
            self._sending[0] = True
            self._hand_over(1 if self._is_ahead else 0)
        return bool(self._queue.Count)

    def _hand_over(self, count: int) -> None:
        for _ in range(count):
            self._uart.WriteChar(self._queue.Dequeue())

    def _forget_frame(self) -> None:
        self._sending[0], self._elapsed = False, 0

    def _entry(self) -> Any:
        period = self._frame() if self._sending[0] else UInt64(_LOOK)
        entry = ClockEntry(
            period, _NANOSECONDS, self._handler[0], self._owner, TIMER,
            True, Direction.Ascending, WorkMode.Periodic,
        )  # fmt: skip
        entry.Value = UInt64(self._elapsed)
        return entry

    # -- on the core's thread --------------------------------------------------------------------

    def _tick(self) -> Any:
        """A frame has ended, or it is time to look whether the receiver is on."""
        sending, looks = element(self._sending, 0), element(self._looks, 0)
        look = Expression.Add(looks, constant(UInt64(1)))
        pause = Expression.Add(constant(UInt64(_LOOK)), look)
        return either(
            Expression.Not(receiver_is_on(self._uart)),
            block(assign(sending, constant(False)), assign(looks, look), self._wait(pause)),
            either(
                sending,
                block(self._send(), self._wait(frame_nanoseconds(self._uart))),
                self._first(),
            ),
        )

    def _first(self) -> Any:
        """The receiver was found on."""
        if not self._paced:
            return block(loop(self._is_left(), self._send()), self._wait(constant(UInt64(_LOOK))))
        begin = [assign(element(self._sending, 0), constant(True))]
        if self._is_ahead:
            begin.append(self._send())
        return block(*begin, self._wait(frame_nanoseconds(self._uart)))

    def _send(self) -> Any:
        """Hand the first byte over, if there is one."""
        byte = call(self._queue, "Dequeue")
        return when(self._is_left(), call(self._uart, "WriteChar", byte))

    def _is_left(self) -> Any:
        return Expression.GreaterThan(read(self._queue, "Count"), constant(Int32(0)))

    def _wait(self, nanoseconds: Any) -> Any:
        """Come again after this time, or, where nothing is left to send, not again."""
        visitor = type_of(Func[ClockEntry, ClockEntry])
        handler = element(self._handler, 0)
        anew = delegate(visitor, lambda _: self._entry_of(handler, nanoseconds, self._is_left()))
        none = Expression.Constant(None, type_of(Func[ClockEntry]))
        return call(self._clock, "ExchangeClockEntryWith", handler, constant(anew), none)

    def _entry_of(self, handler: Any, nanoseconds: Any, enabled: Any) -> Any:
        """The clock entry as an expression; its numbers are signed in 1.15.3, unsigned since."""
        constructor = type_of(ClockEntry).GetConstructors()[0]
        values = (
            nanoseconds, constant(UInt64(_NANOSECONDS)), handler, constant(self._owner),
            constant(TIMER), enabled, constant(Direction.Ascending),
            constant(WorkMode.Periodic), constant(UInt64(1)),
        )  # fmt: skip
        arguments = [
            Expression.Convert(value, parameter.ParameterType)
            for value, parameter in zip(values, constructor.GetParameters(), strict=True)
        ]
        return Expression.New(constructor, Array[Expression](arguments))
