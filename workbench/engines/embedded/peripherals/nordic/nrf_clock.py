"""CLOCK and POWER of the nRF52 series, which share one block.

Source: nRF52840 Product Specification v1.7, 5.3.7 "POWER registers" and 5.4.3 "CLOCK registers".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.nordic.nrf import NrfPeripheral
from workbench.peripheral import Context

HFCLKSTART, HFCLKSTOP, LFCLKSTART, LFCLKSTOP, CAL, CTSTART, CTSTOP = range(0x000, 0x01C, 4)
HFCLKSTARTED = 0x100
LFCLKSTARTED = 0x104
DONE = 0x10C
CTSTARTED = 0x128
CTSTOPPED = 0x12C
RESETREAS = 0x400
HFCLKRUN = 0x408
HFCLKSTAT = 0x40C
LFCLKRUN = 0x414
LFCLKSTAT = 0x418
LFCLKSRCCOPY = 0x41C
MAINREGSTATUS = 0x640
LFCLKSRC = 0x518

STAT_STATE = 1 << 16
HFCLKSTAT_HFXO = 1
LFCLKSRC_MASK = 0b11


class NrfClock(NrfPeripheral):
    """Oscillators run as soon as they are started."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.reset()

    def task(self, offset: int) -> None:
        if offset == HFCLKSTART:
            self.values[HFCLKRUN] = 1
            self.values[HFCLKSTAT] = STAT_STATE | HFCLKSTAT_HFXO
            self.event(HFCLKSTARTED)
        elif offset == HFCLKSTOP:
            self.values[HFCLKRUN] = self.values[HFCLKSTAT] = 0
        elif offset == LFCLKSTART:
            source = self.values.get(LFCLKSRC, 0) & LFCLKSRC_MASK
            self.values[LFCLKRUN] = 1
            self.values[LFCLKSRCCOPY] = source
            self.values[LFCLKSTAT] = STAT_STATE | source
            self.event(LFCLKSTARTED)
        elif offset == LFCLKSTOP:
            self.values[LFCLKRUN] = self.values[LFCLKSTAT] = 0
        elif offset in (CAL, CTSTART, CTSTOP):
            self.event({CAL: DONE, CTSTART: CTSTARTED, CTSTOP: CTSTOPPED}[offset])

    def store(self, offset: int, value: int) -> None:
        if offset == RESETREAS:
            value = self.values.get(RESETREAS, 0) & ~value
        if offset not in (HFCLKRUN, HFCLKSTAT, LFCLKRUN, LFCLKSTAT, LFCLKSRCCOPY, MAINREGSTATUS):
            super().store(offset, value)
