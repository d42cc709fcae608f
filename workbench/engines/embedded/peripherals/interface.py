"""What a peripheral model of the embedded engine is, and what the machine offers to it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from workbench.platform.uart_pacing import UartPacing


class VirtualClock(Protocol):
    """Virtual time in ticks: one tick is the time of one instruction."""

    @property
    def now(self) -> int:
        """Ticks since reset: instructions issued plus ticks slept through."""

    @property
    def ticks_per_second(self) -> int:
        """The platform's instructions a second (Renode's PerformanceInMips x 1,000,000)."""

    def timer(self, callback: Callable[[], None]) -> Timer:
        """Return a new one-shot timer, unarmed, that calls `callback` when it expires."""


class Timer(Protocol):
    """A one-shot alarm on the virtual clock; its callback may arm it again."""

    def arm(self, delay: int) -> None:
        """Expire `delay` ticks from now (at least 1); replaces an earlier deadline."""

    def cancel(self) -> None: ...


class Line(Protocol):
    """An interrupt line, or any wire between two peripherals."""

    def set(self, level: bool) -> None: ...


class BusMaster(Protocol):
    """A port through which a block reaches memories and other blocks, those that it does reach.

    What is refused is a bus error of the transfer, never of the core: the block ends the transfer
    as the part does.
    """

    def read(self, address: int, size: int) -> bytes | None:
        """Return the bytes, None for a bus error."""

    def write(self, address: int, data: bytes) -> bool:
        """Store the bytes; False for a bus error, with nothing stored."""


class Bus(Protocol):
    """The bus, for a block of the part."""

    def master(self, port: str = "") -> BusMaster:
        """Return the block's master port of this name ("" where it has only one)."""

    def erase_flash(self, address: int, size: int) -> bool:
        """As a flash controller: erase what is flash of these bytes; False where none is."""


@dataclass(frozen=True)
class Context:
    """What a peripheral is built from.

    `properties` are the constructor and property values of the .repl entry, by name.
    `lines` are its outgoing connections by the number or name left of the `->`; a name that the
    .repl does not connect is a line to nowhere (use `line`).
    `address` is where the block begins on the bus, `request_reset` resets the machine as a
    watchdog does, and `shared` is one dictionary for all peripherals of a machine, for blocks
    that reach into each other (as PPI does). `source` says where the .repl has the entry, "" where
    nothing is known of it. `uart_pacing` is how fast bytes come that a UART receives.
    """

    name: str
    type: str
    size: int
    properties: Mapping[str, Any]
    clock: VirtualClock
    bus: Bus
    lines: Mapping[str | int, Line]
    warn: Callable[[str], None]
    address: int = 0
    request_reset: Callable[[], None] = lambda: None
    shared: dict[str, Any] = field(default_factory=dict)
    source: str = ""
    uart_pacing: UartPacing = UartPacing.BAUD

    def line(self, pin: str | int) -> Line:
        return self.lines.get(pin, _NOWHERE)


class _Nowhere:
    def set(self, level: bool) -> None:
        pass


_NOWHERE: Line = _Nowhere()


class Peripheral:
    """One hardware block on the bus.

    Subclasses keep all state that a reset clears in plain attributes set by `reset`; `save` and
    `load` then work by themselves (timers are saved by the clock, not by the peripheral).
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    def connect(self, peripherals: Mapping[str, Peripheral]) -> None:
        """Called once, when all blocks of the machine exist: `peripherals` has them by name."""

    def close(self) -> None:
        """The machine is gone; end what the block has started on the host."""

    def power_on(self) -> None:
        """As `reset`; what keeps its content over a reset forgets it."""
        self.reset()

    def reset(self) -> None:
        """Take the reset values of the reference manual."""

    def read(self, offset: int, width: int) -> int:
        """Return the `width` bytes (1, 2 or 4) at `offset`, little-endian."""
        return 0

    def write(self, offset: int, width: int, value: int) -> None:
        """Store `value` of `width` bytes (1, 2 or 4) at `offset`."""

    def signal(self, pin: int, level: bool) -> None:
        """An incoming wire (`-> name@pin` in the .repl) changed to `level`."""

    @property
    def programs_flash(self) -> bool:
        """Whether stores to flash program it now; only flash controllers ever say yes."""
        return False

    def save(self) -> dict[str, Any]:
        """Return a deep copy of the state that `reset` sets."""
        keep = {k: v for k, v in vars(self).items() if k in self._state_names()}
        return copy.deepcopy(keep)

    def load(self, state: dict[str, Any]) -> None:
        vars(self).update(copy.deepcopy(state))

    def _state_names(self) -> frozenset[str]:
        return getattr(self, "STATE", frozenset())
