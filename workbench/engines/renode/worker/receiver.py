"""Bytes for the console that came before its receiver was on: they wait for it.

Renode's models of STM32 drop a byte that arrives while the receiver is off. On a desk the sender
waits until the board is up; so does the workbench, on every engine. Other models queue by
themselves.
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
    Delegate,
    Direction,
    Expression,
    Int64,
    Type,
    UInt32,
    UInt64,
    WorkMode,
    type_of,
)
from workbench.engines.renode.worker.expressions import (
    assign,
    call,
    constant,
    delegate,
    element,
    when,
)

TIMER = "workbench receiver"
"""The name of the clock entry that looks whether the receiver is on."""

_CHARACTERS_A_SECOND = 11_520  # of 10 bits, at the usual 115,200 baud
# Offset of CR1 and its bits UE and RE: RM0090 rev 19, 30.6.4; RM0385 rev 8, 31.8.1.
_RECEIVER_ON = {"STM32_UART": (0x0C, 1 << 13 | 1 << 2), "STM32F7_USART": (0x00, 1 << 0 | 1 << 2)}


class Receiver:
    """Feeds the console's model, `uart`, and keeps what it would drop."""

    def __init__(self, uart: Any) -> None:
        self._uart = uart
        self._on = _RECEIVER_ON.get(str(uart.GetType().Name))
        self._waiting = b""
        self._arrived = Array[Boolean]([False])

    @property
    def waiting(self) -> bytes:
        """What has not arrived yet."""
        if self._arrived[0]:
            self._waiting = b""
        return self._waiting

    @waiting.setter
    def waiting(self, data: bytes) -> None:
        self._waiting = data
        self._arrived[0] = False

    def receive(self, data: bytes) -> None:
        """Let `data` arrive, at once or as soon as the receiver is on."""
        self.waiting += data
        self.deliver()

    def deliver(self) -> bool:
        """Let arrive what waits if the receiver is on; return whether something arrived."""
        data = self.waiting
        if not data or not self._is_on():
            return False
        self.waiting = b""
        for value in data:
            self._uart.WriteChar(value)
        return True

    def _is_on(self) -> bool:
        if self._on is None:
            return True
        offset, bits = self._on
        return int(self._uart.ReadDoubleWord(offset)) & bits == bits

    @contextmanager
    def looking(self, clock: Any, owner: Any) -> Iterator[None]:
        """While bytes wait, look once a character's time whether the receiver is on."""
        if not self.waiting:
            yield
            return
        look = delegate(type_of(Action), self._look)
        clock.AddClockEntry(
            ClockEntry(
                UInt64(1), _CHARACTERS_A_SECOND, look, owner, TIMER,
                True, Direction.Ascending, WorkMode.Periodic,
            )
        )  # fmt: skip
        try:
            yield
        finally:
            clock.TryRemoveClockEntry(look)

    def _look(self) -> Any:
        """`deliver`, on the core's thread."""
        assert self._on is not None
        offset, bits = constant(Int64(self._on[0])), constant(UInt32(self._on[1]))
        read = Expression.And(call(self._uart, "ReadDoubleWord", offset), bits)
        arrived = element(self._arrived, 0)
        each = type_of(Array).GetMethod("ForEach").MakeGenericMethod(Array[Type]([type_of(Byte)]))
        write = Delegate.CreateDelegate(type_of(Action[Byte]), self._uart, "WriteChar")
        data = constant(Array[Byte](self.waiting))
        return when(
            Expression.AndAlso(Expression.Not(arrived), Expression.Equal(read, bits)),
            assign(arrived, constant(True)),
            Expression.Call(each, Array[Expression]([data, constant(write)])),
        )
