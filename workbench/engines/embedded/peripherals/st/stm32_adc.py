"""Analog-to-digital converter of the STM32F4, without anything at its inputs.

Source: RM0090 rev 19, section 13.13 "ADC registers".
"""

from __future__ import annotations

from workbench.peripheral import Context, RegisterBlock, default_line

SR = 0x00
CR1 = 0x04
CR2 = 0x08
JDR1 = 0x3C
DR = 0x4C

SR_EOC, SR_JEOC, SR_JSTRT, SR_STRT = 1 << 1, 1 << 2, 1 << 3, 1 << 4
CR1_EOCIE, CR1_JEOCIE = 1 << 5, 1 << 7
CR2_ADON = 1 << 0
CR2_CONT = 1 << 1
CR2_JSWSTART, CR2_SWSTART = 1 << 22, 1 << 30


class Stm32Adc(RegisterBlock):
    """A conversion is done at once and gives 0."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._line = default_line(context)

    def reset(self) -> None:
        super().reset()
        self._drive()

    def read_register(self, offset: int) -> int:
        value = super().read_register(offset)
        if offset == DR:
            continuous = self.values.get(CR2, 0) & CR2_CONT and self.values.get(SR, 0) & SR_STRT
            if not continuous:
                self.values[SR] = self.values.get(SR, 0) & ~SR_EOC
            self._drive()
        return value

    def write_register(self, offset: int, value: int) -> None:
        if offset == SR:
            self.values[SR] = self.values.get(SR, 0) & value  # rc_w0
        elif offset == CR2:
            self._control(value)
        elif offset != DR and not JDR1 <= offset < DR:
            super().write_register(offset, value)
        self._drive()

    def _control(self, value: int) -> None:
        self.values[CR2] = value & ~(CR2_SWSTART | CR2_JSWSTART)
        if value & CR2_ADON:
            flags = self.values.get(SR, 0)
            flags |= SR_STRT | SR_EOC if value & CR2_SWSTART else 0
            flags |= SR_JSTRT | SR_JEOC if value & CR2_JSWSTART else 0
            self.values[SR] = flags

    def _drive(self) -> None:
        flags, control = self.values.get(SR, 0), self.values.get(CR1, 0)
        regular = flags & SR_EOC and control & CR1_EOCIE
        injected = flags & SR_JEOC and control & CR1_JEOCIE
        self._line.set(bool(regular or injected))
