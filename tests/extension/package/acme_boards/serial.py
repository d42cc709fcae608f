"""A serial port with one register: a byte that is written is sent, one that came is read."""

from __future__ import annotations

from collections import deque

from workbench.peripheral import Context, RegisterBlock, UartPeripheral

DATA, STATUS = 0x0, 0x4
STATUS_RECEIVED = 1 << 0


class Serial(RegisterBlock, UartPeripheral):
    """Sends at once; what arrives waits until it is read."""

    SIZE = 0x100
    STATE = RegisterBlock.STATE | {"queue"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.queue: deque[int] = deque()

    def receive(self, data: bytes) -> None:
        self.queue.extend(data)

    def read_register(self, offset: int) -> int:
        if offset == STATUS:
            return STATUS_RECEIVED if self.queue else 0
        return self.queue.popleft() if self.queue else 0

    def write_register(self, offset: int, value: int) -> None:
        if offset == DATA:
            self.transmit(bytes([value & 0xFF]))
