"""Data Watchpoint and Trace unit: the cycle counter (ARM DDI 0403E, C1.8); and the ITM.

CYCCNT counts instructions until a cycle counter is set; comparators are storage.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

CTRL, CYCCNT = 0x000, 0x004
CTRL_CYCCNTENA = 1 << 0
CTRL_NUMCOMP = 4 << 28
DEMCR_TRCENA = 1 << 24
LSR, LSR_UNLOCKED = 0xFB4, 0
STIMULUS_END, FIFO_READY = 0x080, 1  # ITM stimulus ports, C1.7.3


class Dwt:
    """`now` returns what CYCCNT advances by, `switch` is called when it is enabled or disabled;
    replace both to count modelled cycles.
    """

    STATE = ("_registers", "_base", "_stopped_at")

    def __init__(self, now: Callable[[], int], demcr: Callable[[], int]) -> None:
        self.now = now
        self.switch: Callable[[bool], None] = lambda on: None
        self._demcr = demcr
        self.power_on()

    def power_on(self) -> None:
        """The DWT keeps its state over a system reset."""
        self._registers: dict[int, int] = {}
        self._base = 0  # `now` at which CYCCNT was 0, while it runs
        self._stopped_at = 0  # CYCCNT while it does not
        self.switch(False)

    @property
    def _running(self) -> bool:
        enabled = self._registers.get(CTRL, 0) & CTRL_CYCCNTENA
        return bool(enabled and self._demcr() & DEMCR_TRCENA)

    def read(self, offset: int, width: int) -> int:
        word = self._read(offset & ~3)
        return word >> 8 * (offset & 3) & (1 << 8 * width) - 1

    def _read(self, offset: int) -> int:
        if offset == CYCCNT:
            return (self.now() - self._base if self._running else self._stopped_at) & 0xFFFFFFFF
        if offset == CTRL:
            return self._registers.get(CTRL, 0) | CTRL_NUMCOMP
        return LSR_UNLOCKED if offset == LSR else self._registers.get(offset, 0)

    def write(self, offset: int, width: int, value: int) -> None:
        if offset == CYCCNT:
            self._set(value)
            return
        counter = self._read(CYCCNT)
        self._registers[offset & ~3] = value
        if offset == CTRL:
            self.switch(bool(value & CTRL_CYCCNTENA))
            self._set(counter)

    def _set(self, counter: int) -> None:
        self._stopped_at = counter
        self._base = self.now() - counter

    def save(self) -> dict[str, Any]:
        return {
            "_registers": dict(self._registers),
            "_base": self._base,
            "_stopped_at": self._stopped_at,
        }

    def restore(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _registers=dict(state["_registers"]))


class Itm:
    """Stimulus ports that are always ready; what is written to them goes nowhere."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._registers: dict[int, int] = {}

    def read(self, offset: int, width: int) -> int:
        if offset < STIMULUS_END:
            return FIFO_READY
        return self._registers.get(offset & ~3, 0) & (1 << 8 * width) - 1

    def write(self, offset: int, width: int, value: int) -> None:
        if offset >= STIMULUS_END:
            self._registers[offset & ~3] = value

    def save(self) -> dict[str, Any]:
        return {"_registers": dict(self._registers)}

    def restore(self, state: dict[str, Any]) -> None:
        self._registers = dict(state["_registers"])
