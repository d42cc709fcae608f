"""GPIO port of the STM32F4.

Source: RM0090 rev 19, section 8.4 "GPIO registers".
"""

from __future__ import annotations

from workbench.engines.embedded.peripheral import Context
from workbench.engines.embedded.peripherals.registers import RegisterBlock

MODER = 0x00
OSPEEDR = 0x08
PUPDR = 0x0C
IDR = 0x10
ODR = 0x14
BSRR = 0x18

PINS = 16
PORT_MASK = 0xFFFF
MODE_OUTPUT = 0b01
PULL_UP = 0b01


class Stm32GpioPort(RegisterBlock):
    """Outputs drive their wires and are read back; inputs follow their wires or pull-ups."""

    STATE = RegisterBlock.STATE | {"inputs", "driven", "levels"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        properties = context.properties
        self._reset_values = {
            MODER: int(properties.get("modeResetValue", 0)),
            OSPEEDR: int(properties.get("outputSpeedResetValue", 0)),
            PUPDR: int(properties.get("pullUpPullDownResetValue", 0)),
        }
        self._lines = [context.line(pin) for pin in range(PINS)]
        self.inputs = 0  # levels that wires drive
        self.driven = 0  # pins that wires have driven
        self.reset()

    def reset(self) -> None:
        self.values = dict(self._reset_values)
        self.levels = 0  # as last put on the outgoing wires
        self._update()

    def signal(self, pin: int, level: bool) -> None:
        if 0 <= pin < PINS:
            self.driven |= 1 << pin
            self.inputs = self.inputs & ~(1 << pin) | level << pin
            self._update()

    def read_register(self, offset: int) -> int:
        if offset == IDR:
            return self._pins()
        return 0 if offset == BSRR else super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        if offset == BSRR:
            output = self.values.get(ODR, 0)
            self.values[ODR] = (output & ~(value >> PINS)) | (value & PORT_MASK)
        elif offset == ODR:
            self.values[ODR] = value & PORT_MASK
        elif offset != IDR:
            super().write_register(offset, value)
        self._update()

    def _pins(self) -> int:
        mode, pull = self.values[MODER], self.values[PUPDR]
        output, pins = self.values.get(ODR, 0), 0
        for pin in range(PINS):
            if mode >> 2 * pin & 0b11 == MODE_OUTPUT:
                level = output >> pin & 1
            elif self.driven >> pin & 1:
                level = self.inputs >> pin & 1
            else:
                level = int(pull >> 2 * pin & 0b11 == PULL_UP)
            pins |= level << pin
        return pins

    def _update(self) -> None:
        """Put the levels that changed on the outgoing wires."""
        pins = self._pins()
        for pin in range(PINS):
            if (pins ^ self.levels) >> pin & 1:
                self._lines[pin].set(bool(pins >> pin & 1))
        self.levels = pins
