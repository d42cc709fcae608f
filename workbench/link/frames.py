"""Frames on the UART: 0x00, COBS(body), 0x00, as firmware/PROTOCOL.md has them."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from cobs import cobs

VERSION = 2
DELIMITER = b"\0"
REPLY = 0x80
ERROR = 0xFF

_HEADER = struct.Struct("<BBH")
_CRC = struct.Struct("<I")


@dataclass(frozen=True)
class Frame:
    """The body of a frame without its CRC."""

    type: int
    sequence: int
    payload: bytes
    version: int = VERSION


def encode(frame: Frame) -> bytes:
    """Return the bytes of `frame` on the UART, delimiters included."""
    body = _HEADER.pack(frame.version, frame.type, frame.sequence) + frame.payload
    body += _CRC.pack(zlib.crc32(body))
    stuffed: bytes = cobs.encode(body)
    return DELIMITER + stuffed + DELIMITER


def decode(encoded: bytes) -> Frame | None:
    """Return the frame that stands between two delimiters, or None if it is damaged."""
    try:
        body = cobs.decode(encoded)
    except cobs.DecodeError:
        return None
    if len(body) < _HEADER.size + _CRC.size:
        return None
    (crc,) = _CRC.unpack(body[-_CRC.size :])
    body = body[: -_CRC.size]
    if zlib.crc32(body) != crc:
        return None
    version, type_, sequence = _HEADER.unpack_from(body)
    return Frame(type_, sequence, body[_HEADER.size :], version)


class FrameSplitter:
    """Takes console output in pieces; gives the frames in it and keeps the text between them."""

    def __init__(self) -> None:
        self._pending = b""
        self.text = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes; everything else goes to `text`."""
        *pieces, self._pending = (self._pending + data).split(DELIMITER)
        frames = []
        for piece in pieces:
            frame = decode(piece) if piece else None
            if frame is not None:
                frames.append(frame)
            else:
                self.text += piece
        return frames

    @property
    def last_text(self) -> str:
        """The last lines of text, what has not ended in a delimiter included, fit to print."""
        tail = (bytes(self.text) + self._pending)[-_LAST_TEXT_BYTES:].decode(errors="replace")
        printable = "".join(c if c.isprintable() or c == "\n" else "" for c in tail)
        return "\n".join(printable.strip().splitlines()[-_LAST_TEXT_LINES:])


_LAST_TEXT_BYTES = 2000
_LAST_TEXT_LINES = 10
