"""What the peripherals of the nRF52 series share: tasks, events, shortcuts and interrupts.

Source: nRF52840 Product Specification v1.7, section 3.4 "Peripheral interface".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.peripheral import Context, RegisterBlock, default_line

TASKS_END = 0x080  # tasks are below
EVENTS = 0x100
EVENTS_END = 0x200
SHORTS = 0x200
INTEN = 0x300
INTENSET = 0x304
INTENCLR = 0x308

PPI = "nRF PPI"  # in Context.shared: the interconnect, which carries events to tasks


class NrfPeripheral(RegisterBlock):
    """A subclass does its tasks in `task` and reports with `event`.

    `SHORT` maps a bit of SHORTS to the offsets of its event and of its task.
    Bit n of INTEN belongs to the event at 0x100 + 4 n.
    """

    SHORT: ClassVar[Mapping[int, tuple[int, int]]] = {}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._line = default_line(context)

    def reset(self) -> None:
        super().reset()
        self.update()

    def task(self, offset: int) -> None:
        """TASKS register at `offset` was triggered."""

    def event_cleared(self, offset: int) -> None:
        """The firmware cleared the event at `offset`."""

    def event(self, offset: int) -> None:
        """Generate an event, with its shortcuts and its interrupt."""
        self.values[offset] = 1
        shorts = self.values.get(SHORTS, 0)
        for bit, (event, task) in self.SHORT.items():
            if event == offset and shorts >> bit & 1:
                self.task(task)
        self.update()
        if (ppi := self.context.shared.get(PPI)) is not None:
            ppi.route(self.context.address + offset)

    def is_routed(self, offset: int) -> bool:
        """Return whether PPI carries the event at `offset` to a task."""
        ppi = self.context.shared.get(PPI)
        return ppi is not None and ppi.carries(self.context.address + offset)

    def interrupts_at(self, offset: int) -> bool:
        """Return whether setting the event at `offset` raises an interrupt: not if it is set."""
        enabled = self.values.get(INTEN, 0) >> (offset - EVENTS) // 4 & 1
        return bool(enabled and not self.values.get(offset))

    def rerouted(self) -> None:
        """PPI carries other events than before."""

    def update(self) -> None:
        """Drive the interrupt line."""
        values = self.values
        enabled = values.get(INTEN, 0)
        while enabled:
            highest = enabled.bit_length() - 1
            if values.get(EVENTS + 4 * highest):
                break
            enabled ^= 1 << highest
        self._line.set(bool(enabled))

    def read_register(self, offset: int) -> int:
        if offset in (INTENSET, INTENCLR):
            offset = INTEN
        return 0 if offset < TASKS_END else super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        if offset < TASKS_END:
            if value & 1:
                self.task(offset)
        elif EVENTS <= offset < EVENTS_END:
            self.values[offset] = value & 1
            if not value & 1:
                self.event_cleared(offset)
        elif offset == INTENSET:
            self.values[INTEN] = self.values.get(INTEN, 0) | value
        elif offset == INTENCLR:
            self.values[INTEN] = self.values.get(INTEN, 0) & ~value
        else:
            self.store(offset, value)
        self.update()

    def store(self, offset: int, value: int) -> None:
        """A register that is neither task, event nor interrupt enable was written."""
        self.values[offset] = value
