"""Two-wire master of the nRF52 series (TWI and TWIM), with nothing on the bus.

Source: nRF52840 Product Specification v1.7, 6.29 "TWI" and 6.31 "TWIM".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.nordic.nrf import NrfPeripheral

STARTRX = 0x000
STARTTX = 0x008
STOP = 0x014
STOPPED = 0x104
ERROR = 0x124
ERRORSRC = 0x4C4

ERRORSRC_ANACK = 1 << 1


class NrfTwim(NrfPeripheral):
    """No address is acknowledged."""

    def task(self, offset: int) -> None:
        if offset in (STARTRX, STARTTX):
            self.values[ERRORSRC] = self.values.get(ERRORSRC, 0) | ERRORSRC_ANACK
            self.event(ERROR)
        elif offset == STOP:
            self.event(STOPPED)

    def store(self, offset: int, value: int) -> None:
        if offset == ERRORSRC:
            value = self.values.get(ERRORSRC, 0) & ~value
        super().store(offset, value)
