"""What a peripheral model of the embedded engine is, and what the machine offers to it.

The models of the workbench and those of users are written against this file;
docs/extending.md says how a model from outside is found. The file follows semantic versioning: what
a model relies on stays until the next major version of the workbench (until 1.0: the next minor
one), and CHANGELOG.md names what was added or changed.

`Peripheral` is what a model derives from, `RegisterBlock` the usual one: 32-bit registers.
`UartPeripheral` can be the console. A model gets a `Context`: its .repl entry, virtual time, wires
to other blocks and the bus.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from workbench.platform.uart_pacing import UartPacing

WORD = 0xFFFFFFFF


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

    def cancel(self) -> None:
        """Let it not expire any more."""


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
        """Return the line that the .repl connects to `pin`, else one that leads nowhere."""
        return self.lines.get(pin, _NOWHERE)


class _Nowhere:
    def set(self, level: bool) -> None:
        pass


_NOWHERE: Line = _Nowhere()


class Peripheral:
    """One hardware block on the bus.

    Subclasses keep all state that a reset clears in plain attributes set by `reset`, and name them
    in `STATE`; `save` and `restore` then work by themselves (the clock saves timers, not the
    peripheral). What is saved must be plain data: numbers, text, bytes, and lists, tuples, sets,
    deques and dictionaries of them.
    """

    SIZE: ClassVar[int] = 0
    """Bytes on the bus of a model from outside, where the .repl gives no size; 0: 0x400."""
    STATE: ClassVar[frozenset[str]] = frozenset()
    """Names of the attributes that snapshots keep."""

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
        """Return whether stores to flash program it now; only flash controllers ever say yes."""
        return False

    def save(self) -> dict[str, Any]:
        """Return a deep copy of the state that `reset` sets."""
        keep = {k: v for k, v in vars(self).items() if k in self.STATE}
        return copy.deepcopy(keep)

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to the state that `save` returned."""
        vars(self).update(copy.deepcopy(state))


class UartPeripheral(Peripheral):
    """A peripheral that can be the console; the machine sets `transmit`: it takes what is sent."""

    transmit: Callable[[bytes], None] = staticmethod(lambda data: None)

    def receive(self, data: bytes) -> None:
        """The host sends `data` to the RX pin, in order. `context.uart_pacing` says how fast it
        comes; a model that does not know its baud rate keeps it until the firmware takes it.
        """
        raise NotImplementedError


class RegisterBlock(Peripheral):
    """A block of 32-bit registers; a narrower access works on its part of the register.

    `values` holds what was stored, by offset; a subclass overrides `read_register` and
    `write_register` for the registers that do something.
    """

    RESET: ClassVar[Mapping[int, int]] = {}
    STATE = frozenset({"values"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: dict[int, int] = dict(self.RESET)

    def reset(self) -> None:
        self.values = dict(self.RESET)

    def read(self, offset: int, width: int) -> int:
        shift = 8 * (offset & 3)
        return (self.read_register(offset & ~3) >> shift) & ((1 << (8 * width)) - 1)

    def write(self, offset: int, width: int, value: int) -> None:
        word, shift = offset & ~3, 8 * (offset & 3)
        if width < 4:
            mask = ((1 << (8 * width)) - 1) << shift
            value = (self.values.get(word, 0) & ~mask) | ((value << shift) & mask)
        self.write_register(word, value & WORD)

    def read_register(self, offset: int) -> int:
        """Return the word at `offset`, a multiple of 4; what reading it changes is changed."""
        return self.values.get(offset, 0)

    def write_register(self, offset: int, value: int) -> None:
        """Take the word `value` for `offset`, a multiple of 4; what writing it does is done."""
        self.values[offset] = value


def default_line(context: Context) -> Line:
    """Return the line that the .repl connects with a bare `->`, or by its usual name."""
    return context.lines[""] if "" in context.lines else context.line("IRQ")
