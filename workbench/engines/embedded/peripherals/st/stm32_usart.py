"""USART and UART of the STM32F1, F2 and F4.

Source: RM0090 rev 19, section 30 "Universal synchronous asynchronous receiver transmitter".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from workbench.engines.embedded.peripherals.generic.uart import PacedUart
from workbench.engines.embedded.peripherals.generic.uart_sender import Frame
from workbench.peripheral import Context, RegisterBlock, default_line

# Registers, 30.6.8
SR = 0x00
DR = 0x04
BRR = 0x08
CR1 = 0x0C
CR2 = 0x10
CR3 = 0x14
GTPR = 0x18

# SR, 30.6.1
SR_ORE = 1 << 3
SR_IDLE = 1 << 4
SR_RXNE = 1 << 5
SR_TC = 1 << 6
SR_TXE = 1 << 7

# CR1, 30.6.4; the interrupt enables are at the positions of their flags
CR1_RE = 1 << 2
CR1_TE = 1 << 3
CR1_IDLEIE = 1 << 4
CR1_RXNEIE = 1 << 5
CR1_TCIE = 1 << 6
CR1_TXEIE = 1 << 7
CR1_M = 1 << 12  # nine bits instead of eight, parity included
CR1_UE = 1 << 13
CR1_OVER8 = 1 << 15

# CR2, 30.6.5: STOP in half bits
CR2_STOP_SHIFT = 12
STOP_HALF_BITS = (2, 1, 4, 3)

# CR3, 30.6.6
CR3_EIE = 1 << 0
CR3_DMAR = 1 << 6

DEFAULT_HERTZ = 8_000_000  # Renode's, where the .repl gives no frequency
USUAL_BAUD = 115_200


class Stm32Usart(RegisterBlock, PacedUart):
    """Sends at once, and receives a byte each frame's time; no parity or framing errors.

    A byte that comes while RXNE or ORE is set is lost and sets ORE (30.3.3): Renode lets it wait.
    `receive_requests` are called when a byte waits that DMA shall fetch.
    """

    STATE = RegisterBlock.STATE | {"data", "flags", "seen"}
    CR1_AT: ClassVar[int] = CR1
    CR2_AT: ClassVar[int] = CR2
    CR3_AT: ClassVar[int] = CR3
    BRR_AT: ClassVar[int] = BRR
    UE: ClassVar[int] = CR1_UE

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._line = default_line(context)
        self._idle_timer = context.clock.timer(self._on_idle)
        hertz = context.properties.get("frequency", DEFAULT_HERTZ)
        self._hertz = hertz if isinstance(hertz, int) and hertz > 0 else DEFAULT_HERTZ
        self._warned = False
        self._serving = False  # DMA is fetching
        self.receive_requests: list[Callable[[Stm32Usart], None]] = []
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.data = 0  # the receive data register
        self.flags = SR_TC | SR_TXE
        self.seen = 0  # flags of SR when it was read last: reading DR now clears some of them
        self._idle_timer.cancel()
        self._update()

    def arrived(self, byte: int) -> None:
        if self.sender.waiting:
            self._idle_timer.cancel()
        else:
            self._idle_timer.arm(self._frame_ticks())
        if self.flags & SR_ORE or (self.flags & SR_RXNE and not self._overwrites()):
            self.flags |= SR_ORE
            self.overrun()
        else:
            self.data = byte
            self.flags |= SR_RXNE
        self._update()

    def has_room(self) -> bool:
        return not self.flags & SR_RXNE

    def read_register(self, offset: int) -> int:
        if offset == SR:
            self.seen = self.flags
            return self.flags
        if offset == DR:
            self._clear(self.seen & (SR_IDLE | SR_ORE))
            self.seen = 0
            return self._read_data()
        return super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        if offset == DR:
            self._send(value & 0xFF)
        elif offset == SR:
            self._clear(~value & (SR_TC | SR_RXNE))  # rc_w0
        else:
            super().write_register(offset, value)
            self.listen(self._enabled(CR1_RE), self._frame())
        self._update()

    def _control(self) -> int:
        return self.values.get(self.CR1_AT, 0)

    def _dma_control(self) -> int:
        return self.values.get(self.CR3_AT, 0)

    def _enabled(self, direction: int) -> bool:
        needed = self.UE | direction
        return self._control() & needed == needed

    def _frame(self) -> Frame | None:
        """The time of a byte; None where BRR gives no baud rate."""
        divider = self._divider()
        if not divider:
            return None
        stop = STOP_HALF_BITS[self.values.get(self.CR2_AT, 0) >> CR2_STOP_SHIFT & 0b11]
        return Frame(2 * (1 + self._word_bits()) + stop, divider, self._hertz)

    def _divider(self) -> int:
        """Clocks of a bit (30.3.4): 16 or, with OVER8, 8 USARTDIV, in sixteenths or eighths."""
        value = self.values.get(self.BRR_AT, 0) & 0xFFFF
        if self._control() & CR1_OVER8:
            return value >> 4 << 3 | value & 0b111
        return value

    def _word_bits(self) -> int:
        return 9 if self._control() & CR1_M else 8

    def _frame_ticks(self) -> int:
        usual = Frame(20, 1, USUAL_BAUD)
        return (self._frame() or usual).ticks(1, self.context.clock.ticks_per_second)

    def _clear(self, flags: int) -> None:
        had_byte = self.flags & SR_RXNE
        self.flags &= ~flags
        if had_byte and not self.flags & SR_RXNE:
            self.taken()

    def _read_data(self) -> int:
        value = self.data if self.flags & SR_RXNE else 0
        self._clear(SR_RXNE)
        self._update()
        return value

    def _send(self, byte: int) -> None:
        if not self._enabled(CR1_TE):
            if not self._warned:
                self._warned = True
                self.context.warn(f"{self.context.name}: sends while CR1 UE or TE is 0")
            return
        self.transmit(bytes([byte]))
        self.flags |= SR_TC

    def _on_idle(self) -> None:
        if not self.sender.waiting:
            self.flags |= SR_IDLE
            self._update()

    @property
    def requests_receive(self) -> bool:
        """Return whether a byte waits that DMA shall fetch."""
        return bool(self._dma_control() & CR3_DMAR and self.flags & SR_RXNE)

    def _overwrites(self) -> bool:
        """Return whether a byte takes the place of one that was not read, without an error."""
        return False

    def _update(self) -> None:
        if self.requests_receive and not self._serving:
            self._serving = True
            for request in self.receive_requests:
                request(self)
            self._serving = False
        self._line.set(bool(self._interrupts()))

    def _interrupts(self) -> int:
        """The flags that ask for an interrupt; ORE does with RXNEIE, or EIE and DMAR (30.4)."""
        enables = self._control() & (CR1_IDLEIE | CR1_RXNEIE | CR1_TCIE | CR1_TXEIE)
        errors = CR3_EIE | CR3_DMAR
        if enables & CR1_RXNEIE or self._dma_control() & errors == errors:
            enables |= SR_ORE
        return self.flags & enables
