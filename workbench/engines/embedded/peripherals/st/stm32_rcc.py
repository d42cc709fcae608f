"""Reset and clock control of the STM32F4: what is switched on is ready.

Source: RM0090 rev 19, section 7.3 "RCC registers".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from workbench.engines.embedded.peripherals.st.stm32_rtc import LSE_HERTZ, Stm32Rtc
from workbench.peripheral import Peripheral, RegisterBlock

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
CSR_PINRSTF, CSR_SFTRSTF, CSR_IWDGRSTF = 1 << 26, 1 << 28, 1 << 29
BDCR_RTCSEL_SHIFT, BDCR_RTCEN, BDCR_BDRST = 8, 1 << 15, 1 << 16

# What BDCR RTCSEL chooses; HSE is divided by CFGR RTCPRE to 1 MHz, as 7.3.3 demands
RTC_CLOCKS = {1: LSE_HERTZ, 2: 32_000, 3: 1_000_000}
RESET_FLAG = "STM32 reset flag"
"""Where in `Context.shared` a watchdog leaves the flag of the reset that it causes."""


class Stm32Rcc(RegisterBlock):
    """Clocks change nothing but their ready and status bits, and the speed of the RTC."""

    _rtcs: Sequence[Stm32Rtc] = ()

    RESET: ClassVar[Mapping[int, int]] = {
        CR: 0x0000_0083,
        PLLCFGR: 0x2400_3010,
        AHB1ENR: 0x0010_0000,
        CSR: 0x0E00_0000,
        PLLI2SCFGR: 0x2400_3000,
    }

    def connect(self, peripherals: Mapping[str, Peripheral]) -> None:
        super().connect(peripherals)
        self._rtcs = [block for block in peripherals.values() if isinstance(block, Stm32Rtc)]

    def power_on(self) -> None:
        super().reset()

    def reset(self) -> None:
        """A system reset: it is noted in CSR, and leaves the backup domain alone (7.1.1)."""
        flag = self.context.shared.pop(RESET_FLAG, CSR_SFTRSTF)
        flags = self.values[CSR] & CSR_RESET_FLAGS | CSR_PINRSTF | flag
        kept = {BDCR: self.values.get(BDCR, 0), CSR: self.RESET[CSR] & ~CSR_RESET_FLAGS | flags}
        super().reset()
        self.values |= kept

    def write_register(self, offset: int, value: int) -> None:
        if offset == BDCR:
            value = self._backup_domain(value)
        if offset == CFGR:
            value = (value & ~(CFGR_SW << CFGR_SWS_SHIFT)) | ((value & CFGR_SW) << CFGR_SWS_SHIFT)
        for on, ready in _READY.get(offset, ()):
            value = (value & ~(1 << ready)) | ((value >> on & 1) << ready)
        if offset == CSR:
            flags = 0 if value & CSR_RMVF else self.values[CSR] & CSR_RESET_FLAGS
            value = (value & 0x3) | flags
        super().write_register(offset, value)

    def _backup_domain(self, value: int) -> int:
        """Reset it, or clock the RTC as chosen; return what BDCR holds then."""
        if value & BDCR_BDRST:
            for rtc in self._rtcs:
                rtc.power_on()
            return BDCR_BDRST
        hertz = RTC_CLOCKS.get(value >> BDCR_RTCSEL_SHIFT & 3)
        for rtc in self._rtcs if hertz and value & BDCR_RTCEN else ():
            rtc.select_clock(hertz or LSE_HERTZ)
        return value
