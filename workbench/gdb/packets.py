"""Packets of GDB's Remote Serial Protocol (GDB manual, appendix E.1)."""

from __future__ import annotations

import select
import socket
from dataclasses import dataclass

INTERRUPT = b"\x03"
_ESCAPE = 0x7D
_ESCAPED_BY = 0x20
_MUST_BE_ESCAPED = frozenset(b"#$}*")
_RECEIVE_BYTES = 65536
_TRIES = 3
MOST_BYTES = 1 << 20
"""The most bytes of a packet; what has not ended by then is not a packet."""


class ClosedError(Exception):
    """GDB has closed the connection."""


def checksum(body: bytes) -> int:
    """Return the sum of the bytes, modulo 256."""
    return sum(body) & 0xFF


def encode(body: bytes) -> bytes:
    """Return `body` as a packet: $, escaped bytes, #, two digits."""
    escaped = bytearray()
    for byte in body:
        if byte in _MUST_BE_ESCAPED:
            escaped += bytes((_ESCAPE, byte ^ _ESCAPED_BY))
        else:
            escaped.append(byte)
    sent = bytes(escaped)
    return b"$%s#%02x" % (sent, checksum(sent))


def unescape(body: bytes) -> bytes:
    """Undo the escapes of a packet's body."""
    plain = bytearray()
    escaped = False
    for byte in body:
        if escaped:
            plain.append(byte ^ _ESCAPED_BY)
            escaped = False
        elif byte == _ESCAPE:
            escaped = True
        else:
            plain.append(byte)
    return bytes(plain)


@dataclass
class Connection:
    """One GDB that is connected; packets in, packets out."""

    socket: socket.socket
    acknowledges: bool = True

    def __post_init__(self) -> None:
        self._received = bytearray()

    def receive(self) -> bytes:
        """Return the body of the next packet; waits. An interrupt while nothing runs is dropped.

        Raises ClosedError when GDB is gone.
        """
        while True:
            start = self._received.find(b"$")
            end = self._received.find(b"#", start)
            if start >= 0 and end >= 0 and len(self._received) >= end + 3:
                body = bytes(self._received[start + 1 : end])
                digits = bytes(self._received[end + 1 : end + 3])
                del self._received[: end + 3]
                if not self.acknowledges:
                    return unescape(body)
                if digits.lower() == b"%02x" % checksum(body):
                    self.socket.sendall(b"+")
                    return unescape(body)
                self.socket.sendall(b"-")
            else:
                self._fill()

    def send(self, body: bytes) -> None:
        """Send a packet, again where GDB asks for that."""
        packet = encode(body)
        for _ in range(_TRIES):
            self.socket.sendall(packet)
            if not self.acknowledges or self._is_acknowledged():
                return

    def interrupted(self, seconds: float = 0.0) -> bool:
        """Return whether GDB has asked to stop what runs. Waits for it up to `seconds`."""
        while select.select([self.socket], [], [], seconds)[0]:
            self._fill()
            if INTERRUPT in self._received:
                self._received.remove(INTERRUPT[0])
                return True
            seconds = 0.0
        return False

    def _is_acknowledged(self) -> bool:
        while True:
            for index, byte in enumerate(self._received):
                if byte in b"+-":
                    del self._received[: index + 1]
                    return byte == b"+"[0]
                if byte == b"$"[0]:
                    return True  # the next request says it too
            self._received.clear()
            self._fill()

    def _fill(self) -> None:
        try:
            data = self.socket.recv(_RECEIVE_BYTES)
        except OSError as error:
            raise ClosedError from error
        if not data or len(self._received) > MOST_BYTES:
            raise ClosedError
        self._received += data
