"""UART with EasyDMA (UARTE) of the nRF52 series, and the older UART in the same block.

Source: nRF52840 Product Specification v1.7, 6.33 "UART" and 6.34 "UARTE".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.generic.uart import PacedUart
from workbench.engines.embedded.peripherals.generic.uart_sender import Frame
from workbench.engines.embedded.peripherals.nordic.nrf import SHORTS, NrfPeripheral
from workbench.peripheral import Context

# Tasks, 6.34.9
STARTRX = 0x000
STOPRX = 0x004
STARTTX = 0x008
STOPTX = 0x00C
SUSPEND = 0x01C  # UART only
FLUSHRX = 0x02C

# Events
CTS = 0x100
NCTS = 0x104
RXDRDY = 0x108
ENDRX = 0x110
TXDRDY = 0x11C
ENDTX = 0x120
ERROR = 0x124
RXTO = 0x144
RXSTARTED = 0x14C
TXSTARTED = 0x150
TXSTOPPED = 0x158

# Registers
ERRORSRC = 0x480
ENABLE = 0x500
RXD = 0x518  # UART only
TXD = 0x51C  # UART only
BAUDRATE = 0x524
RXD_PTR = 0x534
RXD_MAXCNT = 0x538
RXD_AMOUNT = 0x53C
TXD_PTR = 0x544
TXD_MAXCNT = 0x548
TXD_AMOUNT = 0x54C
CONFIG = 0x56C
PSEL = (0x508, 0x50C, 0x510, 0x514)  # RTS, TXD, CTS, RXD

ENABLE_UART = 4
ENABLE_UARTE = 8
ENDRX_STARTRX = 1 << 5  # in SHORTS
ERRORSRC_OVERRUN = 1 << 0
CONFIG_PARITY = 0b111 << 1
CONFIG_STOP = 1 << 4  # two stop bits
BAUDRATE_HERTZ = 16_000_000  # the rate is BAUDRATE * 16 MHz / 2^32
MAXCNT_MASK = 0xFFFF
# Bytes that the receiver keeps until there is a buffer for them, or RXD is read.
UARTE_FIFO = 5  # UARTE_HW_RX_FIFO_SIZE of Nordic's own driver, nrfx_uarte.c
UART_FIFO = 6  # "Reception" of the older UART, as remembered: the page was not at hand


class NrfUarte(NrfPeripheral, PacedUart):
    """Sends at once, and receives a byte each frame's time between STARTRX and STOPRX.

    A byte that finds the FIFO full is lost and sets ERRORSRC.OVERRUN; Renode lets it wait. A buffer
    that EasyDMA does not reach is passed over: AMOUNT does not count its bytes.

    Where the sender waits for the receiver (`--uart-pacing off`), a byte comes when there is room
    in a buffer and EVENTS_ENDRX is cleared, as in Renode. A buffer that the shortcut ENDRX_STARTRX
    restarts gets its first byte one byte's time later: in that time the interrupt handler fetches
    the last buffer and sets the pointer to the next.
    """

    RESET: ClassVar[Mapping[int, int]] = {BAUDRATE: 0x0400_0000, **dict.fromkeys(PSEL, 0xFFFF_FFFF)}
    SHORT: ClassVar[Mapping[int, tuple[int, int]]] = {5: (ENDRX, STARTRX), 6: (ENDRX, STOPRX)}
    STATE = NrfPeripheral.STATE | {
        "fifo",
        "receiving",
        "sending",
        "pointer",
        "room",
        "received",
        "data",
        "ready_at",
    }

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._dma = context.bus.master()
        self._timer = context.clock.timer(self.taken)
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.fifo: deque[int] = deque()
        self.receiving = False  # between STARTRX and STOPRX
        self.sending = False  # UART: between STARTTX and STOPTX
        self.pointer = 0  # where the next received byte goes; latched by STARTRX
        self.room = 0  # bytes left in the receive buffer
        self.received = 0
        self.data: int | None = None  # UART: the byte in RXD
        self.ready_at = 0  # when the next byte may come
        self._timer.cancel()

    def arrived(self, byte: int) -> None:
        if len(self.fifo) == (UART_FIFO if self._enabled(ENABLE_UART) else UARTE_FIFO):
            self.values[ERRORSRC] = self.values.get(ERRORSRC, 0) | ERRORSRC_OVERRUN
            self.overrun()
            self.event(ERROR)
            return
        self.fifo.append(byte)
        if self._enabled(ENABLE_UARTE):
            self.event(RXDRDY)
        self._empty_fifo()

    def has_room(self) -> bool:
        if self._enabled(ENABLE_UART):
            return self.data is None
        if self.values.get(ENDRX) or not self.room:
            return False
        early = self.ready_at - self.context.clock.now
        if early > 0:
            self._timer.arm(early)
        return early <= 0

    def task(self, offset: int) -> None:
        if offset == STARTRX:
            self._start_receiving()
        elif offset == STOPRX:
            self._stop_receiving()
        elif offset == STARTTX:
            self._start_sending()
        elif offset in (STOPTX, SUSPEND):
            self.sending = False
            if self._enabled(ENABLE_UARTE):
                self.event(TXSTOPPED)
        elif offset == FLUSHRX:
            self._flush()

    def event_cleared(self, offset: int) -> None:
        if offset == ENDRX:
            self._wait_a_byte()
            self.taken()

    def read_register(self, offset: int) -> int:
        if offset == RXD:
            return self._read_data()
        return super().read_register(offset)

    def store(self, offset: int, value: int) -> None:
        if offset == TXD:
            self._send_data(value & 0xFF)
        elif offset == ERRORSRC:
            self.values[offset] = self.values.get(offset, 0) & ~value
        elif offset not in (RXD, RXD_AMOUNT, TXD_AMOUNT):
            super().store(offset, value)
            if offset in (ENABLE, BAUDRATE, CONFIG):
                self._listen()

    def _enabled(self, mode: int) -> bool:
        return self.values.get(ENABLE, 0) == mode

    def _listen(self) -> None:
        is_on = self._enabled(ENABLE_UARTE) or self._enabled(ENABLE_UART)
        self.listen(self.receiving and is_on, self._frame())

    def _frame(self) -> Frame | None:
        rate = self.values.get(BAUDRATE, 0) * BAUDRATE_HERTZ
        if not rate:
            return None
        config = self.values.get(CONFIG, 0)
        bits = 10 + bool(config & CONFIG_PARITY) + bool(config & CONFIG_STOP)
        return Frame(2 * bits, 1 << 32, rate)

    def _start_receiving(self) -> None:
        self.receiving = True
        if self._enabled(ENABLE_UARTE):
            self._begin_buffer()
            self._wait_a_byte()
            self.event(RXSTARTED)
        self._empty_fifo()
        self._listen()
        self.taken()

    def _stop_receiving(self) -> None:
        if self._enabled(ENABLE_UARTE) and self.receiving and self.room:
            self._end_buffer()
        self.receiving = False
        self._listen()
        if self._enabled(ENABLE_UARTE):
            self.event(RXTO)

    def _begin_buffer(self) -> None:
        self.pointer = self.values.get(RXD_PTR, 0)
        self.room = self.values.get(RXD_MAXCNT, 0) & MAXCNT_MASK
        self.received = 0

    def _end_buffer(self) -> None:
        self.room = 0
        self.values[RXD_AMOUNT] = self.received
        self.received = 0
        self.event(ENDRX)

    def _flush(self) -> None:
        """Move what is left in the FIFO after STOPRX into the buffer."""
        self._begin_buffer()
        self._empty_fifo()
        if self.room:
            self._end_buffer()

    def _empty_fifo(self) -> None:
        """Move received bytes to where the firmware wants them."""
        if self._enabled(ENABLE_UART):
            if self.data is None and self.fifo:
                self.data = self.fifo.popleft()
                self.event(RXDRDY)
            return
        while self.fifo and self.room:
            if self._dma.write(self.pointer, bytes([self.fifo.popleft()])):
                self.received += 1
            self.pointer += 1
            self.room -= 1
            if not self.room:
                self._end_buffer()  # the shortcut may restart it

    def _wait_a_byte(self) -> None:
        """Where buffers restart by themselves, a sender that waits for the receiver waits a byte's
        time as well.
        """
        if self.values.get(SHORTS, 0) & ENDRX_STARTRX and (frame := self._frame()):
            clock = self.context.clock
            self.ready_at = clock.now + frame.ticks(1, clock.ticks_per_second)

    def _read_data(self) -> int:
        value, self.data = self.data or 0, None
        self._empty_fifo()
        self.taken()
        return value

    def _start_sending(self) -> None:
        self.sending = True
        if not self._enabled(ENABLE_UARTE):
            return
        pointer = self.values.get(TXD_PTR, 0)
        count = self.values.get(TXD_MAXCNT, 0) & MAXCNT_MASK
        self.event(TXSTARTED)
        sent = (self._dma.read(pointer, count) or b"") if count else b""
        if sent:
            self.transmit(sent)
            self.event(TXDRDY)
        self.values[TXD_AMOUNT] = len(sent)
        self.event(ENDTX)

    def _send_data(self, byte: int) -> None:
        if self.sending and self._enabled(ENABLE_UART):
            self.transmit(bytes([byte]))
            self.event(TXDRDY)
