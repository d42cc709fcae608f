"""External interrupt controller of the STM32F4.

Source: RM0090 rev 19, section 12.3 "EXTI registers". Which port drives a line (SYSCFG_EXTICR) is
not modelled: any port does, as in Renode.
"""

from __future__ import annotations

from workbench.peripheral import Context, RegisterBlock

IMR = 0x00
EMR = 0x04
RTSR = 0x08
FTSR = 0x0C
SWIER = 0x10
PR = 0x14

LINES = 23


class Stm32Exti(RegisterBlock):
    """Edges of the inputs become pending bits, and those that are not masked drive outputs."""

    STATE = RegisterBlock.STATE | {"levels"}

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._lines = [context.line(line) for line in range(LINES)]
        self.levels = 0

    def reset(self) -> None:
        super().reset()
        self.levels = 0
        self._drive()

    def signal(self, pin: int, level: bool) -> None:
        if not 0 <= pin < LINES or bool(self.levels >> pin & 1) == level:
            return
        self.levels ^= 1 << pin
        if self.values.get(RTSR if level else FTSR, 0) >> pin & 1:
            self._pend(1 << pin)
        self._drive()

    def write_register(self, offset: int, value: int) -> None:
        value &= (1 << LINES) - 1
        if offset == PR:
            self.values[PR] = self.values.get(PR, 0) & ~value
            self.values[SWIER] = self.values.get(SWIER, 0) & ~value
        elif offset == SWIER:
            raised = value & ~self.values.get(SWIER, 0)
            self.values[SWIER] = self.values.get(SWIER, 0) | value
            self._pend(raised & self.values.get(IMR, 0))
        else:
            super().write_register(offset, value)
        self._drive()

    def _pend(self, lines: int) -> None:
        self.values[PR] = self.values.get(PR, 0) | lines

    def _drive(self) -> None:
        pending = self.values.get(PR, 0) & self.values.get(IMR, 0)
        for line, wire in enumerate(self._lines):
            wire.set(bool(pending >> line & 1))
