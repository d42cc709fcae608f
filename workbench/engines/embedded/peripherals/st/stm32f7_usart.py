"""USART of the STM32F0, F3, F7, L4, G4 and later, which has another register layout than the F4's.

Source: RM0385 rev 8 (STM32F75x), section 31.8 "USART registers".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.st import stm32_usart
from workbench.engines.embedded.peripherals.st.stm32_usart import SR_RXNE, Stm32Usart

CR1 = 0x00
CR2 = 0x04
CR3 = 0x08
BRR = 0x0C
RQR = 0x18
ISR = 0x1C
ICR = 0x20
RDR = 0x24
TDR = 0x28

CR1_UE, CR1_RE, CR1_TE = 1 << 0, 1 << 2, 1 << 3
CR1_M0, CR1_M1 = 1 << 12, 1 << 28
CR3_OVRDIS = 1 << 12
RQR_RXFRQ = 1 << 3
ISR_TEACK, ISR_REACK = 1 << 21, 1 << 22
ICR_ORECF, ICR_IDLECF, ICR_TCCF = 1 << 3, 1 << 4, 1 << 6  # where the flags of ISR are


class Stm32F7Usart(Stm32Usart):
    """The flags and interrupt enables are where the F4 has them; the registers are not."""

    CR1_AT, CR2_AT, CR3_AT, BRR_AT, UE = CR1, CR2, CR3, BRR, CR1_UE

    def read_register(self, offset: int) -> int:
        if offset == ISR:
            status = self.flags
            status |= ISR_TEACK if self._enabled(CR1_TE) else 0
            return status | (ISR_REACK if self._enabled(CR1_RE) else 0)
        if offset == RDR:
            return self._read_data()
        return self.values.get(offset, 0)

    def write_register(self, offset: int, value: int) -> None:
        if offset == TDR:
            self._send(value & 0xFF)
        elif offset == ICR:
            self._clear(value & (ICR_ORECF | ICR_IDLECF | ICR_TCCF))
        elif offset == RQR:
            self._clear(SR_RXNE if value & RQR_RXFRQ else 0)
        elif offset not in (ISR, RDR):
            self.values[offset] = value
            self.listen(self._enabled(CR1_RE), self._frame())
        self._update()

    def _word_bits(self) -> int:
        control = self._control()
        return 9 if control & CR1_M0 else 7 if control & CR1_M1 else 8

    def _overwrites(self) -> bool:
        return bool(self._dma_control() & CR3_OVRDIS)


assert (CR1_RE, CR1_TE) == (stm32_usart.CR1_RE, stm32_usart.CR1_TE)  # used by the base class
