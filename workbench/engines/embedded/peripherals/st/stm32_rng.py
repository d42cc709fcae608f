"""Random number generator of the STM32F4; the same numbers in every run.

Source: RM0090 rev 19, section 24.4 "RNG registers".
"""

from __future__ import annotations

from workbench.peripheral import Context, RegisterBlock, default_line
from workbench.support.random_source import SEED, next_random

CR = 0x00
SR = 0x04
DR = 0x08

CR_RNGEN = 1 << 2
CR_IE = 1 << 3
SR_DRDY = 1 << 0


class Stm32Rng(RegisterBlock):
    """While it is on, the next number is always ready."""

    STATE = RegisterBlock.STATE | {"random"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._line = default_line(context)
        self.random = SEED

    def reset(self) -> None:
        super().reset()
        self.random = SEED
        self._line.set(False)

    def read_register(self, offset: int) -> int:
        on = self.values.get(CR, 0) & CR_RNGEN
        if offset == SR:
            return SR_DRDY if on else 0
        if offset == DR and on:
            self.random = next_random(self.random)
            return self.random
        return super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        if offset == CR:
            self.values[CR] = value
            self._line.set(bool(value & CR_RNGEN and value & CR_IE))
