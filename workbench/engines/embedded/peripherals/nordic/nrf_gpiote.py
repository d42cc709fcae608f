"""GPIO tasks and events of the nRF52 series.

Source: nRF52840 Product Specification v1.7, section 6.10 "GPIOTE".
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.engines.embedded.peripherals.nordic.nrf import INTEN, NrfPeripheral
from workbench.engines.embedded.peripherals.nordic.nrf_gpio import (
    DIRSET,
    OUT,
    OUTCLR,
    OUTSET,
    NrfGpio,
)
from workbench.peripheral import Context, Peripheral
from workbench.repl.description import Reference

PORTS = 2
CHANNELS = 8
TASK_OUT = 0x000  # + 4 n
TASK_SET = 0x030  # + 4 n
TASK_CLR = 0x060  # + 4 n
EVENT_IN = 0x100  # + 4 n
EVENT_PORT = 0x17C
INTEN_PORT = 1 << 31
CONFIG = 0x510  # + 4 n

MODE_MASK, MODE_EVENT, MODE_TASK = 0b11, 1, 3
PSEL_SHIFT, PSEL_MASK = 8, 0x1F
PORT_SHIFT = 13
POLARITY_SHIFT = 16
POLARITY_RISE, POLARITY_FALL, POLARITY_TOGGLE = 1, 2, 3
OUTINIT_SHIFT = 20

# First register of each kind of task, and the edge it makes; None is the one in CONFIG.
_TASKS = ((TASK_OUT, None), (TASK_SET, POLARITY_RISE), (TASK_CLR, POLARITY_FALL))


class NrfGpiote(NrfPeripheral):
    """Watches the ports that the .repl names as `port0` and `port1`."""

    STATE = NrfPeripheral.STATE | {"detect"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._ports: dict[int, NrfGpio] = {}
        self.reset()

    def connect(self, peripherals: Mapping[str, Peripheral]) -> None:
        for index in range(PORTS):
            name = self.context.properties.get(f"port{index}")
            port = peripherals.get(name.name) if isinstance(name, Reference) else None
            if isinstance(port, NrfGpio):
                self._ports[index] = port
                port.listeners.append(self._pins_changed)

    def reset(self) -> None:
        self.detect = False  # a pin has the level that its SENSE field waits for
        super().reset()

    def update(self) -> None:
        """PORT has the last bit of INTEN, out of the order of the other events."""
        enabled = self.values.get(INTEN, 0)
        pending = any(
            self.values.get(EVENT_IN + 4 * n) and enabled >> n & 1 for n in range(CHANNELS)
        )
        port = self.values.get(EVENT_PORT) and enabled & INTEN_PORT
        self._line.set(bool(pending or port))

    def task(self, offset: int) -> None:
        for first, polarity in _TASKS:
            channel, rest = divmod(offset - first, 4)
            if 0 <= channel < CHANNELS and not rest:
                config = self.values.get(CONFIG + 4 * channel, 0)
                if config & MODE_MASK == MODE_TASK:
                    self._drive(config, polarity or config >> POLARITY_SHIFT & 0b11)

    def store(self, offset: int, value: int) -> None:
        super().store(offset, value)
        if CONFIG <= offset < CONFIG + 4 * CHANNELS and value & MODE_MASK == MODE_TASK:
            port = self._ports.get(value >> PORT_SHIFT & 1)
            if port:
                bit = 1 << (value >> PSEL_SHIFT & PSEL_MASK)
                port.write(OUTSET if value >> OUTINIT_SHIFT & 1 else OUTCLR, 4, bit)
                port.write(DIRSET, 4, bit)

    def _drive(self, config: int, polarity: int) -> None:
        port = self._ports.get(config >> PORT_SHIFT & 1)
        if not port:
            return
        bit = 1 << (config >> PSEL_SHIFT & PSEL_MASK)
        if polarity == POLARITY_TOGGLE:
            polarity = POLARITY_FALL if port.read(OUT, 4) & bit else POLARITY_RISE
        port.write(OUTSET if polarity == POLARITY_RISE else OUTCLR, 4, bit)

    def _pins_changed(self, port: NrfGpio, changed: int, pins: int) -> None:
        for channel in range(CHANNELS):
            config = self.values.get(CONFIG + 4 * channel, 0)
            pin = config >> PSEL_SHIFT & PSEL_MASK
            if config & MODE_MASK != MODE_EVENT:
                continue
            if self._ports.get(config >> PORT_SHIFT & 1) is not port:
                continue
            edge = POLARITY_RISE if pins >> pin & 1 else POLARITY_FALL
            if changed >> pin & 1 and config >> POLARITY_SHIFT & edge:
                self.event(EVENT_IN + 4 * channel)
        detect = any(port.detects() for port in self._ports.values())
        if detect and not self.detect:
            self.event(EVENT_PORT)
        self.detect = detect
