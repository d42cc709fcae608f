"""Bytes for the console one at a time, each while the core sleeps.

Engines differ in how fast bytes arrive: Renode delivers them at the baud rate since 2026, and all
at once before, as the embedded engine does. How many of them an interrupt finds decides how many
instructions firmware takes to receive them; where each finds the core asleep, that is one always.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.engines.base import Engine, Limit, Stop, StopKind, StopReason, Uart
from workbench.engines.front import EngineFront

_SHORT = 64
"""Longer requests are sent as they are: each byte takes a run, in Renode some milliseconds."""


class OneByOne(EngineFront):
    """An engine that is sent short requests byte by byte."""

    def __init__(self, engine: Engine, limit: Limit) -> None:
        """limit: how long the core may take to sleep; takes it longer, the rest comes at once."""
        super().__init__(engine)
        self._limit = limit
        self._uart = _Uart(engine.uart, self._falls_asleep)
        self._ended: StopReason | None = None  # a run between bytes that the caller must hear of

    @property
    def uart(self) -> Uart:
        return self._uart

    def run(self, until: Stop, limit: Limit) -> StopReason:
        if self._ended is not None:
            ended, self._ended = self._ended, None
            return ended
        return super().run(until, limit)

    def _falls_asleep(self) -> bool:
        reason = super().run(Stop(), self._limit)
        if reason.kind not in (StopKind.IDLE, StopKind.LIMIT):
            self._ended = reason
        return reason.kind is StopKind.IDLE


class _Uart(Uart):
    """The console; before each byte of a short request `falls_asleep` is called."""

    def __init__(self, uart: Uart, falls_asleep: Callable[[], bool]) -> None:
        self._uart = uart
        self._falls_asleep = falls_asleep

    def write(self, data: bytes) -> None:
        sent = 0
        if len(data) <= _SHORT:
            while sent < len(data) and self._falls_asleep():
                self._uart.write(data[sent : sent + 1])
                sent += 1
        if sent < len(data):
            self._uart.write(data[sent:])

    def read(self) -> bytes:
        return self._uart.read()

    @property
    def transcript(self) -> bytes:
        return self._uart.transcript

    def listen(self, listener: Callable[[bytes], None] | None) -> None:
        self._uart.listen(listener)
