"""Event generator unit of the nRF52 series: software interrupts.

Source: nRF52840 Product Specification v1.7, section 6.7 "EGU".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.nordic.nrf import NrfPeripheral

CHANNELS = 16
TRIGGER = 0x000  # + 4 n
TRIGGERED = 0x100  # + 4 n


class NrfEgu(NrfPeripheral):
    """TASKS_TRIGGER[n] generates EVENTS_TRIGGERED[n]."""

    def task(self, offset: int) -> None:
        if offset < TRIGGER + 4 * CHANNELS:
            self.event(TRIGGERED + offset - TRIGGER)
