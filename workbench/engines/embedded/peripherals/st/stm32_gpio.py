"""GPIO port of the STM32F4.

Source: RM0090 rev 19, section 8.4 "GPIO registers".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.generic.gpio_port import GpioPort
from workbench.peripheral import Context

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


class Stm32GpioPort(GpioPort):
    """GPIO port (RM0090 Rev 19, chapter 8): levels of pins, set, reset and read by the firmware."""

    PINS = PINS

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        properties = context.properties
        self._reset_values = {
            MODER: int(properties.get("modeResetValue", 0)),
            OSPEEDR: int(properties.get("outputSpeedResetValue", 0)),
            PUPDR: int(properties.get("pullUpPullDownResetValue", 0)),
        }
        self.reset()

    def reset(self) -> None:
        self.values = dict(self._reset_values)
        self.levels = 0  # as last put on the outgoing wires
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

    def _output(self) -> int:
        return self.values.get(ODR, 0)

    def _is_output(self, pin: int) -> bool:
        return self.values[MODER] >> 2 * pin & 0b11 == MODE_OUTPUT

    def _is_pulled_up(self, pin: int) -> bool:
        return self.values[PUPDR] >> 2 * pin & 0b11 == PULL_UP
