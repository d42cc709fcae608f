"""GPIO port of the nRF52 series. The block begins at OUT, as in Renode (port base + 0x500).

Source: nRF52840 Product Specification v1.7, section 6.9 "GPIO".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.generic.gpio_port import GpioPort
from workbench.peripheral import Context

# Offsets from the port's own base are higher by this.
FIRST = 0x500

OUT = 0x504 - FIRST
OUTSET = 0x508 - FIRST
OUTCLR = 0x50C - FIRST
IN = 0x510 - FIRST
DIR = 0x514 - FIRST
DIRSET = 0x518 - FIRST
DIRCLR = 0x51C - FIRST
LATCH = 0x520 - FIRST
PIN_CNF = 0x700 - FIRST

PINS = 32
PIN_CNF_DIR = 1 << 0
PIN_CNF_PULL_SHIFT, PIN_CNF_PULL_MASK = 2, 0b11
PULL_UP = 3
PIN_CNF_SENSE_SHIFT, PIN_CNF_SENSE_MASK = 16, 0b11
SENSE_HIGH, SENSE_LOW = 2, 3
PIN_CNF_RESET = 0x2  # the input buffer is disconnected

_SET_CLEAR = {OUTSET: (OUT, True), OUTCLR: (OUT, False), DIRSET: (DIR, True), DIRCLR: (DIR, False)}


class NrfGpio(GpioPort):
    """`listeners` are called with (port, changed bits, levels) when levels change."""

    PINS = PINS
    RESET: ClassVar[Mapping[int, int]] = {PIN_CNF + 4 * pin: PIN_CNF_RESET for pin in range(PINS)}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.listeners: list[Callable[[NrfGpio, int, int], None]] = []
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.levels = 0  # as last put on the outgoing wires
        self._update()

    def read_register(self, offset: int) -> int:
        if offset == IN:
            return self._pins()
        return super().read_register(_SET_CLEAR[offset][0] if offset in _SET_CLEAR else offset)

    def write_register(self, offset: int, value: int) -> None:
        if offset in _SET_CLEAR:
            target, setting = _SET_CLEAR[offset]
            old = self.values.get(target, 0)
            offset, value = target, old | value if setting else old & ~value
        if offset == LATCH:
            value = self.values.get(LATCH, 0) & ~value
        if offset != IN:
            super().write_register(offset, value)
        if offset == DIR:
            self._configure_directions(value)
        elif PIN_CNF <= offset < PIN_CNF + 4 * PINS:
            bit = 1 << (offset - PIN_CNF) // 4
            old = self.values.get(DIR, 0)
            self.values[DIR] = old | bit if value & PIN_CNF_DIR else old & ~bit
        self._update()

    def _configure_directions(self, directions: int) -> None:
        """DIR and the DIR bits of PIN_CNF are the same bits."""
        for pin in range(PINS):
            offset = PIN_CNF + 4 * pin
            self.values[offset] = self.values[offset] & ~PIN_CNF_DIR | directions >> pin & 1

    def _output(self) -> int:
        return self.values.get(OUT, 0)

    def _is_output(self, pin: int) -> bool:
        return bool(self.values.get(DIR, 0) >> pin & 1)

    def _is_pulled_up(self, pin: int) -> bool:
        config = self.values[PIN_CNF + 4 * pin]
        return config >> PIN_CNF_PULL_SHIFT & PIN_CNF_PULL_MASK == PULL_UP

    def detects(self) -> bool:
        """Return the DETECT signal: whether a pin has the level that its SENSE field waits for."""
        return any(self._senses(pin) for pin in range(PINS))

    def _senses(self, pin: int) -> bool:
        sense = self.values[PIN_CNF + 4 * pin] >> PIN_CNF_SENSE_SHIFT & PIN_CNF_SENSE_MASK
        return sense == (SENSE_HIGH if self.levels >> pin & 1 else SENSE_LOW)

    def _update(self) -> int:
        changed = super()._update()
        for pin in range(PINS):
            if changed >> pin & 1 and self._senses(pin):
                self.values[LATCH] = self.values.get(LATCH, 0) | 1 << pin
        if changed:
            for listener in self.listeners:
                listener(self, changed, self.levels)
        return changed
