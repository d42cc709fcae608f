"""How fast the bytes come that a UART receives."""

from __future__ import annotations

from enum import Enum


class UartPacing(str, Enum):
    """baud: one byte each frame's time of the line, at the baud rate that the firmware has set.
    off: as fast as the firmware takes them.
    """

    BAUD = "baud"
    OFF = "off"
