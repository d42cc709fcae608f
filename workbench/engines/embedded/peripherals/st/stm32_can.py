"""bxCAN of the STM32F4 on a bus with nobody else: it starts, and nothing is ever received.

Source: RM0090 rev 19, section 32.9 "CAN registers".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.peripheral import RegisterBlock

MCR = 0x000
MSR = 0x004
TSR = 0x008

MCR_INRQ, MCR_SLEEP, MCR_RESET = 1 << 0, 1 << 1, 1 << 15
MSR_INAK, MSR_SLAK = 1 << 0, 1 << 1
TSR_ALL_EMPTY = 0x1C00_0000  # TME2 to TME0


class Stm32Can(RegisterBlock):
    """Acknowledges initialisation and sleep at once."""

    RESET: ClassVar[Mapping[int, int]] = {MCR: 0x0001_0002, TSR: TSR_ALL_EMPTY}

    def read_register(self, offset: int) -> int:
        if offset == MSR:
            control = self.values[MCR]
            if control & MCR_INRQ:
                return MSR_INAK
            return MSR_SLAK if control & MCR_SLEEP else 0
        return super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        if offset == MCR and value & MCR_RESET:
            self.reset()
        elif offset not in (MSR, TSR):
            super().write_register(offset, value)
