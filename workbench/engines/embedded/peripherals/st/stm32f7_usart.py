"""USART of the STM32F0, F3, F7, L4, G4 and later, which has another register layout than the F4's.

Source: RM0385 rev 8 (STM32F75x), section 31.8 "USART registers".
"""

from __future__ import annotations

from workbench.engines.embedded.peripherals.st import stm32_usart
from workbench.engines.embedded.peripherals.st.stm32_usart import Stm32Usart

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
ISR_TEACK, ISR_REACK = 1 << 21, 1 << 22
ICR_IDLECF, ICR_TCCF = 1 << 4, 1 << 6


class Stm32F7Usart(Stm32Usart):
    """The flags and interrupt enables are where the F4 has them; the registers are not."""

    def read_register(self, offset: int) -> int:
        if offset == ISR:
            status = self._status()
            status |= ISR_TEACK if self._enabled(CR1_TE) else 0
            return status | (ISR_REACK if self._enabled(CR1_RE) else 0)
        if offset == RDR:
            return self._read_data()
        return self.values.get(offset, 0)

    def write_register(self, offset: int, value: int) -> None:
        if offset == TDR:
            self._send(value & 0xFF)
        elif offset == ICR:
            self.idle = self.idle and not value & ICR_IDLECF
            self.complete = self.complete and not value & ICR_TCCF
        elif offset not in (RQR, ISR, RDR):
            self.values[offset] = value
        self._update()

    def _control(self) -> int:
        return self.values.get(CR1, 0)

    def _dma_control(self) -> int:
        return self.values.get(CR3, 0)

    def _enabled(self, direction: int) -> bool:
        needed = CR1_UE | direction
        return self._control() & needed == needed


assert (CR1_RE, CR1_TE) == (stm32_usart.CR1_RE, stm32_usart.CR1_TE)  # used by the base class
