"""Power control of the STM32F4.

Source: RM0090 rev 19, section 5.4 (STM32F405/407) and 5.5 (STM32F42x/43x, which adds over-drive).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.peripheral import RegisterBlock

CR = 0x00
CSR = 0x04

CR_CWUF = 1 << 2
CR_CSBF = 1 << 3
CR_ODEN = 1 << 16
CR_ODSWEN = 1 << 17
CSR_BRE = 1 << 9
CSR_BRR = 1 << 3
CSR_VOSRDY = 1 << 14
CSR_ODRDY = 1 << 16
CSR_ODSWRDY = 1 << 17
CSR_WRITABLE = 1 << 8 | CSR_BRE


class Stm32Pwr(RegisterBlock):
    """Regulators are ready at once."""

    RESET: ClassVar[Mapping[int, int]] = {CR: 0x0000_C000, CSR: 0}

    def read_register(self, offset: int) -> int:
        value = super().read_register(offset)
        if offset != CSR:
            return value
        control = self.values[CR]
        value |= CSR_VOSRDY
        value |= CSR_BRR if value & CSR_BRE else 0
        value |= CSR_ODRDY if control & CR_ODEN else 0
        value |= CSR_ODSWRDY if control & CR_ODSWEN else 0
        return value

    def write_register(self, offset: int, value: int) -> None:
        if offset == CSR:
            value &= CSR_WRITABLE
        elif offset == CR:
            value &= ~(CR_CWUF | CR_CSBF)  # they clear flags that are never set here
        super().write_register(offset, value)
