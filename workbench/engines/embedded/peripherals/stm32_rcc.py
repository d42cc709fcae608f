"""Reset and clock control of the STM32F4: what is switched on is ready.

Source: RM0090 rev 19, section 7.3 "RCC registers".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.registers import RegisterBlock

CR = 0x00  # 7.3.1
PLLCFGR = 0x04  # 7.3.2
CFGR = 0x08  # 7.3.3
AHB1ENR = 0x30  # 7.3.10
BDCR = 0x70  # 7.3.20
CSR = 0x74  # 7.3.21
PLLI2SCFGR = 0x84  # 7.3.23

# An oscillator or PLL is ready (the second bit) as soon as it is on (the first).
_READY = {
    CR: ((0, 1), (16, 17), (24, 25), (26, 27), (28, 29)),  # HSI, HSE, PLL, PLLI2S, PLLSAI
    BDCR: ((0, 1),),  # LSE
    CSR: ((0, 1),),  # LSI
}
CFGR_SW = 0b11
CFGR_SWS_SHIFT = 2
CSR_RMVF = 1 << 24
CSR_RESET_FLAGS = 0xFE000000


class Stm32Rcc(RegisterBlock):
    """Clocks change nothing but their ready and status bits."""

    RESET: ClassVar[Mapping[int, int]] = {
        CR: 0x0000_0083,
        PLLCFGR: 0x2400_3010,
        AHB1ENR: 0x0010_0000,
        CSR: 0x0E00_0000,
        PLLI2SCFGR: 0x2400_3000,
    }

    def write_register(self, offset: int, value: int) -> None:
        if offset == CFGR:
            value = (value & ~(CFGR_SW << CFGR_SWS_SHIFT)) | ((value & CFGR_SW) << CFGR_SWS_SHIFT)
        for on, ready in _READY.get(offset, ()):
            value = (value & ~(1 << ready)) | ((value >> on & 1) << ready)
        if offset == CSR:
            flags = 0 if value & CSR_RMVF else self.values[CSR] & CSR_RESET_FLAGS
            value = (value & 0x3) | flags
        super().write_register(offset, value)
