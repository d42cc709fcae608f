"""Watchdog of the nRF52 series.

Source: nRF52840 Product Specification v1.7, section 6.36 "WDT".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.generic.counter import Counter
from workbench.engines.embedded.peripherals.nordic.nrf import NrfPeripheral
from workbench.peripheral import Context

START = 0x000
TIMEOUT = 0x100
RUNSTATUS = 0x400
REQSTATUS = 0x404
CRV = 0x504
RREN = 0x508
CONFIG = 0x50C
RR = 0x600  # + 4 n

HERTZ = 32_768
CHANNELS = 8
RELOAD = 0x6E52_4635  # 6.36.4
RESET_DELAY = 2  # cycles of 32,768 Hz between the event and the reset, 6.36


class NrfWatchdog(NrfPeripheral):
    """Resets the machine when not all enabled reload registers were written in time."""

    RESET: ClassVar[Mapping[int, int]] = {CRV: 0xFFFF_FFFF, RREN: 1, REQSTATUS: 1, CONFIG: 1}
    STATE = NrfPeripheral.STATE | {"expired"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._timer = context.clock.timer(self._on_timer)
        self.reset()

    def reset(self) -> None:
        self.expired = False
        self._timer.cancel()
        super().reset()

    def task(self, offset: int) -> None:
        if offset == START and not self.values.get(RUNSTATUS):
            self.values[RUNSTATUS] = 1
            self._reload()

    def store(self, offset: int, value: int) -> None:
        if RR <= offset < RR + 4 * CHANNELS:
            if value == RELOAD and self.values.get(RUNSTATUS) and not self.expired:
                self.values[REQSTATUS] &= ~(1 << (offset - RR) // 4)
                if not self.values[REQSTATUS] & self.values[RREN]:
                    self._reload()
        elif offset in (CRV, RREN, CONFIG):
            if not self.values.get(RUNSTATUS):  # locked while it runs
                super().store(offset, value)
        elif offset not in (RUNSTATUS, REQSTATUS):
            super().store(offset, value)

    def _reload(self) -> None:
        self.values[REQSTATUS] = self.values[RREN]
        self._arm(self.values[CRV] + 1)

    def _arm(self, cycles: int) -> None:
        self._timer.arm(Counter(HERTZ, self.context.clock.ticks_per_second).ticks_until(cycles))

    def _on_timer(self) -> None:
        if self.expired:
            self.context.request_reset()
            return
        self.expired = True
        self.event(TIMEOUT)
        self._arm(RESET_DELAY)
