"""CRC calculation unit of the STM32F4.

Source: RM0090 rev 19, section 4.4 "CRC registers".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.peripheral import WORD, RegisterBlock

DR = 0x00
IDR = 0x04
CR = 0x08

CR_RESET = 1 << 0
POLYNOMIAL = 0x04C1_1DB7  # CRC-32 (Ethernet), 4.2; no reflection, no final inversion
INITIAL = 0xFFFF_FFFF


class Stm32Crc(RegisterBlock):
    """Takes words, most significant bit first."""

    RESET: ClassVar[Mapping[int, int]] = {DR: INITIAL}

    def write_register(self, offset: int, value: int) -> None:
        if offset == CR:
            if value & CR_RESET:
                self.values[DR] = INITIAL
        elif offset == DR:
            self.values[DR] = _crc_word(self.values[DR] ^ value)
        elif offset == IDR:
            self.values[IDR] = value & 0xFF


def _crc_word(crc: int) -> int:
    for _ in range(32):
        crc = (crc << 1 ^ POLYNOMIAL if crc >> 31 else crc << 1) & WORD
    return crc
