"""The console of a machine, seen from the host."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from workbench.engines.base import Uart
from workbench.peripheral import UartPeripheral

# A match of a stop pattern is looked for this many bytes before what was searched already.
OVERLAP = 4096


class Console(Uart):
    """Collects what one serial port sends and feeds it with what the host writes."""

    def __init__(self, peripheral: UartPeripheral, on_output: Callable[[], None]) -> None:
        """`on_output` is called after output while a pattern is waited for."""
        self._peripheral = peripheral
        self._on_output = on_output
        self._transcript = bytearray()
        self._read = 0  # bytes of the transcript that were read
        self._searched = 0
        self._pattern: re.Pattern[bytes] | None = None
        self._fresh = False
        self.listener: Callable[[bytes], None] | None = None
        peripheral.transmit = self.emit

    def write(self, data: bytes) -> None:
        if data:
            self._peripheral.receive(data)

    def read(self) -> bytes:
        unread = bytes(self._transcript[self._read :])
        self._read = len(self._transcript)
        return unread

    @property
    def transcript(self) -> bytes:
        return bytes(self._transcript)

    @property
    def is_silent(self) -> bool:
        """Return whether the firmware has sent nothing yet."""
        return not self._transcript

    def listen(self, listener: Callable[[bytes], None] | None) -> None:
        self.listener = listener

    def expect(self, pattern: bytes | None) -> None:
        """Begin a run that ends when `pattern` matches the unread bytes."""
        self._pattern = None if pattern is None else re.compile(pattern, re.DOTALL)
        self._searched = self._read
        self._fresh = True

    def matched(self) -> bool:
        """Return whether the pattern was seen; looks only where something new came."""
        if self._pattern is None or not self._fresh:
            return False
        self._fresh = False
        start = max(self._read, self._searched - OVERLAP)
        self._searched = len(self._transcript)
        return self._pattern.search(self._transcript, start) is not None

    def emit(self, data: bytes) -> None:
        """The firmware sends `data`."""
        self._transcript += data
        self._fresh = True
        if self.listener is not None:
            self.listener(data)
        if self._pattern is not None:
            self._on_output()

    def save(self) -> tuple[bytes, int]:
        return bytes(self._transcript), self._read

    def restore(self, state: tuple[bytes, int]) -> None:
        self._transcript = bytearray(state[0])
        self._read = state[1]
        self._searched = self._read


class OtherPorts:
    """Counts what the serial ports that are not the console send."""

    def __init__(self, ports: Mapping[str, UartPeripheral]) -> None:
        self._sent = dict.fromkeys(ports, 0)
        for name, port in ports.items():
            port.transmit = partial(self._count, name)

    def _count(self, name: str, data: bytes) -> None:
        self._sent[name] += len(data)

    def advice(self, console: str) -> str:
        """Say which port to look at when `console` is silent and another one is not, else ""."""
        name = max(self._sent, key=lambda n: self._sent[n], default="")
        if not name or not self._sent[name]:
            return ""
        return (
            f"the console {console} sent nothing, {name} sent {self._sent[name]:,} bytes: "
            f"choose it with --uart {name}"
        )
