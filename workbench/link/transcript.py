"""The console's bytes for a reader, frames of the link among them."""

from __future__ import annotations

from workbench.link.frames import DELIMITER, decode
from workbench.text import printable


def readable(transcript: bytes) -> str:
    """Return console output as text: frames of our protocol named, other bytes as \\xNN."""
    said = []
    for piece in transcript.split(DELIMITER):
        frame = decode(piece)
        if frame is not None:
            said.append(f"<frame {frame.type:#04x} #{frame.sequence}, {len(piece)} bytes>\n")
        else:
            said.append(_printable(piece))
    return "".join(said)


def _printable(data: bytes) -> str:
    return printable(data.decode(errors="backslashreplace").replace("\r\n", "\n"))
