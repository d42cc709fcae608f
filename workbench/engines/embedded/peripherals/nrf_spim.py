"""SPI master of the nRF52 series, with EasyDMA (SPIM) or without (SPI), with nothing on the bus.

Source: nRF52840 Product Specification v1.7, 6.24 "SPI" and 6.25 "SPIM".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.nrf import NrfPeripheral

START = 0x010
STOP = 0x014
STOPPED = 0x104
READY = 0x108  # SPI
ENDRX = 0x110
END = 0x118
ENDTX = 0x120
STARTED = 0x14C
RXD = 0x518  # SPI
TXD = 0x51C  # SPI
RXD_PTR, RXD_MAXCNT, RXD_AMOUNT = 0x534, 0x538, 0x53C
TXD_PTR, TXD_MAXCNT, TXD_AMOUNT = 0x544, 0x548, 0x54C

IDLE = 0xFF  # MISO is pulled up
MAXCNT_MASK = 0xFFFF


class NrfSpim(NrfPeripheral):
    """A transfer is done at once; what is received is all ones."""

    def task(self, offset: int) -> None:
        if offset == START:
            self._transfer()
        elif offset == STOP:
            self.event(STOPPED)

    def read_register(self, offset: int) -> int:
        return IDLE if offset == RXD else super().read_register(offset)

    def store(self, offset: int, value: int) -> None:
        super().store(offset, value)
        if offset == TXD:
            self.event(READY)

    def _transfer(self) -> None:
        room = self.values.get(RXD_MAXCNT, 0) & MAXCNT_MASK
        if room:
            self.context.bus.write(self.values.get(RXD_PTR, 0), bytes([IDLE]) * room)
        self.values[RXD_AMOUNT] = room
        self.values[TXD_AMOUNT] = self.values.get(TXD_MAXCNT, 0) & MAXCNT_MASK
        for event in (STARTED, ENDTX, ENDRX, END):
            self.event(event)
