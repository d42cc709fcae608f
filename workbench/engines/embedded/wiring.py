"""From the `->` of a description to lines between the blocks of a machine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from workbench.engines.embedded.bus_access import NO_BUS
from workbench.engines.embedded.machine import EmbeddedMachine
from workbench.engines.embedded.peripherals.generic.combined_input import CombinedInput
from workbench.peripheral import Context, Line
from workbench.repl.description import Description, Entry, Wire

Input = tuple[str, int]  # a peripheral and the number of its input


class Wiring:
    """Makes the outgoing lines of each entry.

    An input that several outputs are connected to is high while any of them is, as in Renode: such
    an input gets a gate of its own, which is one more peripheral, so that snapshots hold it.
    """

    def __init__(self, machine: EmbeddedMachine, description: Description, nvic: str) -> None:
        self._machine = machine
        self._nvic = nvic
        wires = [wire for entry in description.entries.values() for wire in entry.wires]
        counts = Counter(_input_of(wire) for wire in wires)
        self._shared = {end for end, count in counts.items() if count > 1}
        self._taken: Counter[Input] = Counter()

    def lines_of(self, entry: Entry) -> dict[str | int, Line]:
        """Return the lines of `entry` by the output they come from."""
        grouped: dict[str | int, list[Line]] = {}
        for wire in entry.wires:
            grouped.setdefault(wire.source, []).append(self._line_to(_input_of(wire)))
        return {
            source: lines[0] if len(lines) == 1 else _FanOut(lines)
            for source, lines in grouped.items()
        }

    def _line_to(self, end: Input) -> Line:
        if end not in self._shared:
            return self._plain_line_to(end)
        gate = f"{end[0]}@{end[1]}"
        if gate not in self._machine.peripherals:
            self._machine.peripherals[gate] = CombinedInput(
                Context(
                    name=gate,
                    type="Miscellaneous.CombinedInput",
                    size=0,
                    properties={},
                    clock=self._machine.clock,
                    bus=NO_BUS,
                    lines={"": self._plain_line_to(end)},
                    warn=self._machine.warn,
                )
            )
        self._taken[end] += 1
        return _PeripheralInput(self._machine, gate, self._taken[end])

    def _plain_line_to(self, end: Input) -> Line:
        target, pin = end
        if target == self._nvic:
            return _InterruptInput(self._machine, pin)
        return _PeripheralInput(self._machine, target, pin)


def _input_of(wire: Wire) -> Input:
    return wire.target, wire.pin


@dataclass(frozen=True)
class _InterruptInput:
    machine: EmbeddedMachine
    interrupt: int

    def set(self, level: bool) -> None:
        if self.machine.processor.exceptions.set_line(self.interrupt, level):
            self.machine.attend()


@dataclass(frozen=True)
class _PeripheralInput:
    """The target is looked up late, as it may be created later, or have no model."""

    machine: EmbeddedMachine
    name: str
    pin: int

    def set(self, level: bool) -> None:
        peripheral = self.machine.peripherals.get(self.name)
        if peripheral is not None:
            peripheral.signal(self.pin, level)


@dataclass(frozen=True)
class _FanOut:
    lines: list[Line]

    def set(self, level: bool) -> None:
        for line in self.lines:
            line.set(level)
