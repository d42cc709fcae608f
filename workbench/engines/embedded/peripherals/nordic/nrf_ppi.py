"""Programmable peripheral interconnect of the nRF52 series: events that trigger tasks.

Source: nRF52840 Product Specification v1.7, section 6.16 "PPI". The fixed channels 20 to 31, which
connect the radio, are not modelled.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from workbench.engines.embedded.peripherals.nordic.nrf import PPI, TASKS_END, NrfPeripheral
from workbench.peripheral import Context, Peripheral

GROUPS = 6
CHANNELS = 20
TASK_GROUP = 0x000  # + 8 n enables, + 8 n + 4 disables
CHEN = 0x500
CHENSET = 0x504
CHENCLR = 0x508
EVENT_END = 0x510  # + 8 n
TASK_END = 0x514  # + 8 n
GROUP = 0x800  # + 4 n
FORK_TASK_END = 0x910  # + 4 n

BLOCK_SIZE = 0x1000  # of a peripheral, 4.2.4; its tasks come first, 3.4
WORD_SIZE = 4
MAX_EVENTS = 64  # that one event may lead to: tasks that generate events that trigger tasks


class NrfPpi(NrfPeripheral):
    """Carries events over the bus, as a store of 1 to the task register.

    Events that tasks generate are carried in the order in which they come. A ring of them, which on
    silicon goes on for ever, ends after MAX_EVENTS.
    """

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        context.shared[PPI] = self
        self._tasks = context.bus.master()
        self._events: deque[int] = deque()  # still to be carried
        self._is_carrying = False
        self._others: list[NrfPeripheral] = []

    def connect(self, peripherals: Mapping[str, Peripheral]) -> None:
        self._others = [p for p in peripherals.values() if isinstance(p, NrfPeripheral)]

    def carries(self, event: int) -> bool:
        """Return whether an enabled channel listens to the event register at `event`."""
        return bool(self._channels(event))

    def route(self, event: int) -> None:
        """The event register at the bus address `event` was set."""
        if not self.values.get(CHEN):
            return
        self._events.append(event)
        if self._is_carrying:
            return
        self._is_carrying = True
        try:
            for _ in range(MAX_EVENTS):
                if not self._events:
                    return
                for task in self._end_points(self._events.popleft()):
                    self._trigger(task)
        finally:
            self._events.clear()
            self._is_carrying = False

    def _end_points(self, event: int) -> list[int]:
        """Addresses of the tasks that `event` triggers, each once."""
        registers = (
            register
            for channel in self._channels(event)
            for register in (TASK_END + 8 * channel, FORK_TASK_END + 4 * channel)
        )
        return list(dict.fromkeys(self.values.get(register, 0) for register in registers))

    def _trigger(self, address: int) -> None:
        """Trigger the task at the bus address `address`; what is not a task register is left."""
        if address and address % BLOCK_SIZE < TASKS_END and address % WORD_SIZE == 0:
            self._tasks.write(address, b"\x01\x00\x00\x00")

    def task(self, offset: int) -> None:
        group, disable = divmod((offset - TASK_GROUP) // 4, 2)
        if group < GROUPS:
            channels = self.values.get(GROUP + 4 * group, 0)
            self.write_register(CHENCLR if disable else CHENSET, channels)

    def read_register(self, offset: int) -> int:
        return super().read_register(CHEN if offset in (CHENSET, CHENCLR) else offset)

    def store(self, offset: int, value: int) -> None:
        enabled = self.values.get(CHEN, 0)
        if offset == CHENSET:
            offset, value = CHEN, enabled | value
        elif offset == CHENCLR:
            offset, value = CHEN, enabled & ~value
        super().store(offset, value)
        for other in self._others:
            other.rerouted()

    def _channels(self, event: int) -> list[int]:
        enabled = self.values.get(CHEN, 0)
        if not enabled:
            return []
        return [
            channel
            for channel in range(CHANNELS)
            if enabled >> channel & 1 and self.values.get(EVENT_END + 8 * channel) == event
        ]
