"""Independent watchdog of the STM32F4.

Source: RM0090 rev 19, section 21.4 "IWDG registers".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.generic.counter import Counter
from workbench.engines.embedded.peripherals.st.stm32_rcc import CSR_IWDGRSTF, RESET_FLAG
from workbench.peripheral import Context, RegisterBlock

KR = 0x00
PR = 0x04
RLR = 0x08
SR = 0x0C

KEY_ACCESS = 0x5555
KEY_RELOAD = 0xAAAA
KEY_START = 0xCCCC

DEFAULT_HERTZ = 32_000  # LSI
PR_MASK, PR_MAX = 0b111, 6
RLR_MASK = 0xFFF


class Stm32Iwdg(RegisterBlock):
    """Resets the machine when it was not reloaded in time."""

    RESET: ClassVar[Mapping[int, int]] = {RLR: RLR_MASK}
    STATE = RegisterBlock.STATE | {"running", "unlocked"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._hertz = int(context.properties.get("frequency", DEFAULT_HERTZ))
        self._timer = context.clock.timer(self._bite)
        self.reset()

    def reset(self) -> None:
        super().reset()
        self.running = False
        self.unlocked = False
        self._timer.cancel()

    def write_register(self, offset: int, value: int) -> None:
        if offset == KR:
            key = value & 0xFFFF
            self.unlocked = key == KEY_ACCESS
            if key == KEY_START:
                self.running = True
            if key in (KEY_START, KEY_RELOAD) and self.running:
                self._reload()
        elif offset in (PR, RLR) and self.unlocked:
            self.values[offset] = value & (PR_MASK if offset == PR else RLR_MASK)

    def read_register(self, offset: int) -> int:
        return 0 if offset == KR else super().read_register(offset)

    def _reload(self) -> None:
        divider = 4 << min(self.values.get(PR, 0), PR_MAX)
        counter = Counter(self._hertz, self.context.clock.ticks_per_second, divider)
        self._timer.arm(counter.ticks_until(self.values[RLR] + 1))

    def _bite(self) -> None:
        self.context.shared[RESET_FLAG] = CSR_IWDGRSTF
        self.context.request_reset()
