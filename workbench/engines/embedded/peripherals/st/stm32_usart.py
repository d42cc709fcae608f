"""USART and UART of the STM32F1, F2 and F4.

Source: RM0090 rev 19, section 30 "Universal synchronous asynchronous receiver transmitter".
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from workbench.engines.embedded.peripherals.generic.registers import RegisterBlock, default_line
from workbench.engines.embedded.peripherals.interface import Context, UartPeripheral

# Registers, 30.6.8
SR = 0x00
DR = 0x04
BRR = 0x08
CR1 = 0x0C
CR2 = 0x10
CR3 = 0x14
GTPR = 0x18

# SR, 30.6.1
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
CR1_UE = 1 << 13

CR3_DMAR = 1 << 6  # 30.6.6

# A line is idle after one silent frame: ten bits at the usual 115,200 baud.
IDLE_SECONDS = 10 / 115_200


class Stm32Usart(RegisterBlock, UartPeripheral):
    """Sends at once and receives as fast as the firmware reads; no parity or framing errors.

    `receive_requests` are called when a byte waits that DMA shall fetch.
    """

    STATE = RegisterBlock.STATE | {"queue", "complete", "idle", "idle_seen"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._line = default_line(context)
        self._idle_timer = context.clock.timer(self._on_idle)
        self._warned = False
        self._serving = False  # DMA is fetching
        self.receive_requests: list[Callable[[Stm32Usart], None]] = []
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.queue: deque[int] = deque()
        self.complete = True  # SR TC
        self.idle = False  # SR IDLE
        self.idle_seen = False  # SR was read while IDLE was set; reading DR now clears it
        self._idle_timer.cancel()
        self._update()

    def receive(self, data: bytes) -> None:
        self.queue.extend(data)
        self._update()

    @property
    def receive_pending(self) -> bool:
        return bool(self.queue)

    def read_register(self, offset: int) -> int:
        if offset == SR:
            self.idle_seen = self.idle
            return self._status()
        if offset == DR:
            return self._read_data()
        return super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        if offset == DR:
            self._send(value & 0xFF)
        elif offset == SR:
            self.complete = self.complete and bool(value & SR_TC)  # rc_w0
        else:
            super().write_register(offset, value)
        self._update()

    def _control(self) -> int:
        return self.values.get(CR1, 0)

    def _enabled(self, direction: int) -> bool:
        needed = CR1_UE | direction
        return self._control() & needed == needed

    def _status(self) -> int:
        status = SR_TXE
        if self.complete:
            status |= SR_TC
        if self.queue and self._enabled(CR1_RE):
            status |= SR_RXNE
        if self.idle:
            status |= SR_IDLE
        return status

    def _read_data(self) -> int:
        if self.idle_seen:
            self.idle = self.idle_seen = False
        value = 0
        if self.queue and self._enabled(CR1_RE):
            value = self.queue.popleft()
            if not self.queue:
                ticks = int(self.context.clock.ticks_per_second * IDLE_SECONDS)
                self._idle_timer.arm(max(1, ticks))
        self._update()
        return value

    def _send(self, byte: int) -> None:
        if not self._enabled(CR1_TE):
            if not self._warned:
                self._warned = True
                self.context.warn(f"{self.context.name}: sends while CR1 UE or TE is 0")
            return
        self.transmit(bytes([byte]))
        self.complete = True

    def _on_idle(self) -> None:
        if not self.queue:
            self.idle = True
            self._update()

    @property
    def requests_receive(self) -> bool:
        """Whether a byte waits that DMA shall fetch."""
        asked = self._dma_control() & CR3_DMAR
        return bool(asked and self.queue and self._enabled(CR1_RE))

    def _dma_control(self) -> int:
        return self.values.get(CR3, 0)

    def _update(self) -> None:
        if self.requests_receive and not self._serving:
            self._serving = True
            for request in self.receive_requests:
                request(self)
            self._serving = False
        enables = CR1_IDLEIE | CR1_RXNEIE | CR1_TCIE | CR1_TXEIE
        self._line.set(bool(self._status() & self._control() & enables))
