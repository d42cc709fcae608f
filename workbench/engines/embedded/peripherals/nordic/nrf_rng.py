"""Random number generator of the nRF52 series; the same numbers in every run.

Source: nRF52840 Product Specification v1.7, section 6.20 "RNG".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.nordic.nrf import NrfPeripheral
from workbench.peripheral import Context
from workbench.support.random_source import SEED, next_random

START = 0x000
STOP = 0x004
VALRDY = 0x100
CONFIG = 0x504
VALUE = 0x508


class NrfRng(NrfPeripheral):
    """A new value is there as soon as the event of the last one is cleared."""

    SHORT: ClassVar[Mapping[int, tuple[int, int]]] = {0: (VALRDY, STOP)}
    STATE = NrfPeripheral.STATE | {"running", "random"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.reset()

    def reset(self) -> None:
        self.running = False
        self.random = SEED
        super().reset()

    def task(self, offset: int) -> None:
        if offset == START:
            self.running = True
            self._generate()
        elif offset == STOP:
            self.running = False

    def event_cleared(self, offset: int) -> None:
        if offset == VALRDY and self.running:
            self._generate()

    def store(self, offset: int, value: int) -> None:
        if offset != VALUE:
            super().store(offset, value)

    def _generate(self) -> None:
        self.random = next_random(self.random)
        self.values[VALUE] = self.random >> 24
        self.event(VALRDY)
