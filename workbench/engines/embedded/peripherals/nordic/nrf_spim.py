"""SPI master of the nRF52 series, with EasyDMA (SPIM) or without (SPI), with nothing on the bus.

Source: nRF52840 Product Specification v1.7, 6.24 "SPI" and 6.25 "SPIM".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.nordic.nrf import NrfPeripheral
from workbench.peripheral import Context

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

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._dma = context.bus.master()

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
        """Move both buffers; one that EasyDMA does not reach counts as 0 bytes."""
        values = self.values
        sent = values.get(TXD_MAXCNT, 0) & MAXCNT_MASK
        if sent and self._dma.read(values.get(TXD_PTR, 0), sent) is None:
            sent = 0
        room = values.get(RXD_MAXCNT, 0) & MAXCNT_MASK
        if room and not self._dma.write(values.get(RXD_PTR, 0), bytes([IDLE]) * room):
            room = 0
        values[RXD_AMOUNT], values[TXD_AMOUNT] = room, sent
        for event in (STARTED, ENDTX, ENDRX, END):
            self.event(event)
