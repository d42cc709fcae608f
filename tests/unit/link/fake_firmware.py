"""A double of a machine whose firmware speaks the UART protocol: answers are scripted."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

from tests.unit.bare_engine import BareEngine
from workbench.engines.base import (
    Limit,
    Stop,
    StopKind,
    StopReason,
    Uart,
)
from workbench.link.frames import REPLY, Frame, FrameSplitter, encode

Handler = Callable[[Frame], bytes]
"""What the firmware puts on the UART for one request."""


class FakeUart(Uart):
    """Two byte queues."""

    def __init__(self) -> None:
        self.to_firmware = b""
        self.unread = b""
        self._transcript = b""

    def write(self, data: bytes) -> None:
        self.to_firmware += data

    def read(self) -> bytes:
        data, self.unread = self.unread, b""
        return data

    def print(self, data: bytes) -> None:
        self.unread += data
        self._transcript += data

    @property
    def transcript(self) -> bytes:
        return self._transcript

    def listen(self, listener: Callable[[bytes], None] | None) -> None:
        raise NotImplementedError


class FakeFirmware(BareEngine):
    """Gives each good frame to `handler` and prints what that returns.

    A run stops at the end of the first match of its pattern, as an engine does, and leaves the
    rest of the output for the next run; without a match it ends as `otherwise`.
    """

    name = "fake"

    def __init__(
        self, handler: Handler, banner: bytes = b"", otherwise: StopKind = StopKind.IDLE
    ) -> None:
        self._uart = FakeUart()
        self.requests: list[Frame] = []
        self._handler = handler
        self._otherwise = otherwise
        self._splitter = FrameSplitter()
        self._to_print = banner
        self._runs = 0

    @property
    def uart(self) -> FakeUart:
        return self._uart

    def run(self, until: Stop, limit: Limit) -> StopReason:
        if until.uart is not None and re.search(until.uart, self.uart.unread, re.DOTALL):
            return self._reason(StopKind.UART)
        self._runs += 1
        for frame in self._splitter.feed(self.uart.to_firmware):
            self.requests.append(frame)
            self._to_print += self._handler(frame)
        self.uart.to_firmware = b""
        while self._to_print:
            self.uart.print(self._to_print[:1])
            self._to_print = self._to_print[1:]
            if until.uart is not None and re.search(until.uart, self.uart.unread, re.DOTALL):
                return self._reason(StopKind.UART)
        return self._reason(self._otherwise)

    def _reason(self, kind: StopKind) -> StopReason:
        return StopReason(kind, 0x08001234, self._runs, self._runs * 1e-3)

    @property
    def instructions(self) -> int:
        return self._runs


def reply(request: Frame, payload: bytes) -> bytes:
    return encode(Frame(request.type | REPLY, request.sequence, payload))


def string(text: str) -> bytes:
    return bytes([len(text)]) + text.encode()


def tensor(
    type_: int, shape: tuple[int, ...], scale: float = 0.5, zero_point: int = 0, name: str = "t"
) -> bytes:
    sizes = struct.pack(f"<BB{len(shape)}I", type_, len(shape), *shape)
    return sizes + struct.pack("<fi", scale, zero_point) + string(name)


def hello_payload(
    error: tuple[int, int, str] = (0, 0, ""),
    inputs: tuple[bytes, ...] = (tensor(9, (1, 2, 3)),),
    outputs: tuple[bytes, ...] = (tensor(9, (1, 2)),),
    labels: tuple[str, ...] = ("yes", "no"),
) -> bytes:
    code, detail, text = error
    return b"".join(
        (
            struct.pack("<HI", code, detail) + string(text),
            string("a_board") + struct.pack("<I", 64_000_000) + string("HFXO"),
            bytes(range(20)),
            string("workbench 0") + string("reference"),
            struct.pack("<I", 5568) + bytes(range(32)),
            struct.pack("<5I", 8192, 1988, 4096, 640, 24),
            bytes([len(inputs)]) + b"".join(inputs),
            bytes([len(outputs)]) + b"".join(outputs),
            struct.pack("<H", len(labels)) + b"".join(map(string, labels)),
        )
    )
