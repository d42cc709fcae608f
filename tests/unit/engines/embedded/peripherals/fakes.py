"""Honest doubles of what the machine offers to a peripheral: clock, bus, lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.engines.embedded.peripherals import registry
from workbench.engines.embedded.peripherals.generic.uart import PacedUart
from workbench.peripheral import Context, Peripheral, UartPeripheral
from workbench.platform import UartPacing

TICKS_PER_SECOND = 100_000_000


class FakeTimer:
    def __init__(self, clock: FakeClock, callback: Callable[[], None]) -> None:
        self._clock = clock
        self.callback = callback
        self.deadline: int | None = None

    def arm(self, delay: int) -> None:
        self.deadline = self._clock.now + max(1, delay)

    def cancel(self) -> None:
        self.deadline = None


class FakeClock:
    """Time that only `advance` moves."""

    def __init__(self, ticks_per_second: int = TICKS_PER_SECOND) -> None:
        self.now = 0
        self.ticks_per_second = ticks_per_second
        self.timers: list[FakeTimer] = []

    def timer(self, callback: Callable[[], None]) -> FakeTimer:
        self.timers.append(FakeTimer(self, callback))
        return self.timers[-1]

    def advance(self, ticks: int) -> None:
        """Let time pass; timers expire in order, each at its own moment."""
        end = self.now + ticks
        while True:
            due = [(t.deadline, t) for t in self.timers if t.deadline is not None]
            when, first = min(due, key=lambda one: one[0], default=(end + 1, None))
            if first is None or when > end:
                break
            self.now, first.deadline = when, None
            first.callback()
        self.now = end

    def advance_seconds(self, seconds: float) -> None:
        self.advance(round(seconds * self.ticks_per_second))


class FakeMaster:
    """A master port that reaches all but the holes of its bus."""

    def __init__(self, bus: FakeBus) -> None:
        self._bus = bus

    def read(self, address: int, size: int) -> bytes | None:
        return None if self._bus.is_hole(address) else self._bus.read(address, size)

    def write(self, address: int, data: bytes) -> bool:
        if self._bus.is_hole(address):
            return False
        self._bus.write(address, data)
        return True


class FakeBus:
    """Sparse memory, and peripherals that are put on it; no master reaches `holes`."""

    def __init__(self) -> None:
        self.holes: list[range] = []
        self.bytes: dict[int, int] = {}
        self.blocks: list[tuple[int, int, Peripheral]] = []

    def master(self, port: str = "") -> FakeMaster:
        return FakeMaster(self)

    def erase_flash(self, address: int, size: int) -> bool:
        if self.is_hole(address):
            return False
        self.write(address, b"\xff" * size)
        return True

    def is_hole(self, address: int) -> bool:
        return any(address in hole for hole in self.holes)

    def read(self, address: int, size: int) -> bytes:
        for start, length, block in self.blocks:
            if start <= address < start + length:
                return block.read(address - start, size).to_bytes(size, "little")
        return bytes(self.bytes.get(address + i, 0) for i in range(size))

    def write(self, address: int, data: bytes) -> None:
        for start, length, block in self.blocks:
            if start <= address < start + length:
                block.write(address - start, len(data), int.from_bytes(data, "little"))
                return
        self.bytes |= {address + i: byte for i, byte in enumerate(data)}


class FakeLine:
    """Remembers its level and how often it rose."""

    def __init__(self) -> None:
        self.level = False
        self.rises = 0

    def set(self, level: bool) -> None:
        self.rises += level and not self.level
        self.level = level


class Bench:
    """A peripheral on a table: `model`, with clock, bus and lines around it."""

    def __init__(
        self,
        type_name: str,
        lines: tuple[str | int, ...] = ("",),
        clock: FakeClock | None = None,
        address: int = 0x4000_0000,
        shared: dict[str, Any] | None = None,
        uart_pacing: UartPacing = UartPacing.BAUD,
        **properties: Any,
    ) -> None:
        self.clock = clock or FakeClock()
        self.bus = FakeBus()
        self.lines = {name: FakeLine() for name in lines}
        self.warnings: list[str] = []
        self.resets = 0
        self.sent = b""
        self.model = registry.OWN.create(
            Context(
                name="block",
                type=type_name,
                size=registry.OWN.size_of(type_name, properties),
                properties=properties,
                clock=self.clock,
                bus=self.bus,
                lines=self.lines,
                warn=self.warnings.append,
                address=address,
                request_reset=self._reset,
                shared={} if shared is None else shared,
                uart_pacing=uart_pacing,
            )
        )
        self.model.reset()
        if isinstance(self.model, UartPeripheral):
            self.model.transmit = self._transmit

    def _transmit(self, data: bytes) -> None:
        self.sent += data

    def _reset(self) -> None:
        self.resets += 1

    @property
    def uart(self) -> PacedUart:
        """The model, which is a serial port."""
        assert isinstance(self.model, PacedUart)
        return self.model

    @property
    def line(self) -> bool:
        return self.lines[""].level

    def __getitem__(self, offset: int) -> int:
        return self.model.read(offset, 4)

    def __setitem__(self, offset: int, value: int) -> None:
        self.model.write(offset, 4, value)
