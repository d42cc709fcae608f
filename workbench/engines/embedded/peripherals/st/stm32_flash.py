"""Flash interface of the STM32F4: access control, and erasing and programming.

Source: RM0090 rev 19, section 3.9 "Flash interface registers" and table 5 "Flash module
organization".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.peripheral import Context, RegisterBlock, default_line

ACR = 0x00
KEYR = 0x04
OPTKEYR = 0x08
SR = 0x0C
CR = 0x10
OPTCR = 0x14

KEYS = (0x4567_0123, 0xCDEF_89AB)  # 3.6.1
OPTION_KEYS = (0x0819_2A3B, 0x4C5D_6E7F)  # 3.7.2

SR_EOP = 1 << 0
SR_CLEARABLE = 0x1F3  # rc_w1: EOP, OPERR, WRPERR, PGAERR, PGPERR, PGSERR, RDERR

CR_PG = 1 << 0
CR_SER = 1 << 1
CR_MER = 1 << 2
CR_SNB_SHIFT, CR_SNB_MASK = 3, 0xF
CR_STRT = 1 << 16
CR_EOPIE = 1 << 24
CR_LOCK = 1 << 31
OPTCR_OPTLOCK = 1 << 0

BASE = 0x0800_0000
_KIB = 1024
SECTORS = (16 * _KIB,) * 4 + (64 * _KIB,) + (128 * _KIB,) * 7


class Stm32FlashController(RegisterBlock):
    """Erases and programs at once."""

    RESET: ClassVar[Mapping[int, int]] = {CR: CR_LOCK, OPTCR: 0x0FFF_AAED}
    STATE = RegisterBlock.STATE | {"keys", "option_keys"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._line = default_line(context)
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.keys = 0  # of KEYS that were written in order
        self.option_keys = 0

    @property
    def programs_flash(self) -> bool:
        return self.values[CR] & (CR_PG | CR_LOCK) == CR_PG

    def read_register(self, offset: int) -> int:
        return 0 if offset in (KEYR, OPTKEYR) else super().read_register(offset)

    def write_register(self, offset: int, value: int) -> None:
        if offset == KEYR:
            self.keys = self._unlock(value, self.keys, KEYS, CR, CR_LOCK)
        elif offset == OPTKEYR:
            self.option_keys = self._unlock(
                value, self.option_keys, OPTION_KEYS, OPTCR, OPTCR_OPTLOCK
            )
        elif offset == SR:
            self.values[SR] = self.values.get(SR, 0) & ~(value & SR_CLEARABLE)
        elif offset == CR:
            self._control(value)
        elif offset == OPTCR:
            if not self.values[OPTCR] & OPTCR_OPTLOCK:
                self.values[OPTCR] = value & ~0b10  # OPTSTRT is done at once
        else:
            super().write_register(offset, value)
        interrupt = self.values[CR] & CR_EOPIE and self.values.get(SR, 0) & SR_EOP
        self._line.set(bool(interrupt))

    def _unlock(
        self, value: int, seen: int, keys: tuple[int, int], register: int, lock: int
    ) -> int:
        """Return how many keys are right so far; after a wrong one it stays locked."""
        if seen >= len(keys) or value != keys[seen]:
            return len(keys)
        if seen == 1:
            self.values[register] &= ~lock
        return seen + 1

    def _control(self, value: int) -> None:
        if self.values[CR] & CR_LOCK:
            return
        self.values[CR] = value & ~CR_STRT
        if value & CR_LOCK:
            self.keys = 0
        elif value & CR_STRT and value & CR_MER:
            self._erase(0, sum(SECTORS))
        elif value & CR_STRT and value & CR_SER:
            sector = value >> CR_SNB_SHIFT & CR_SNB_MASK
            if sector < len(SECTORS):
                self._erase(sum(SECTORS[:sector]), SECTORS[sector])

    def _erase(self, start: int, size: int) -> None:
        self.context.bus.erase_flash(BASE + start, size)
        self.values[SR] = self.values.get(SR, 0) | SR_EOP
