"""SysTick, the system timer (ARM DDI 0403E, B3.3), on virtual time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.peripheral import VirtualClock

CSR, RVR, CVR, CALIB = 0x0, 0x4, 0x8, 0xC
CSR_ENABLE, CSR_TICKINT, CSR_CLKSOURCE, CSR_COUNTFLAG = 1 << 0, 1 << 1, 1 << 2, 1 << 16
CALIB_NOREF, CALIB_SKEW = 1 << 31, 1 << 30
COUNTER_MASK = 0xFFFFFF


class SysTick:
    """Counts down from RVR at `frequency`; `pend` is called when it reaches 0 with TICKINT.

    divider: with CLKSOURCE = 0 it counts at `frequency` / `divider`; 0 where the part has no
    reference clock, and CLKSOURCE is always 1. calibration: what SYST_CALIB reads, None for a part
    that does not say.

    The counter is not stepped: its value follows from the virtual time at which it was last
    loaded. `_origin` is that time in counter steps, scaled by ticks_per_second. Without TICKINT
    nobody waits for it to reach 0: that is found out when a register is read.
    """

    STATE = ("_csr", "_rvr", "_origin", "_value")

    def __init__(
        self,
        clock: VirtualClock,
        frequency: int,
        pend: Callable[[], None],
        divider: int = 0,
        calibration: int | None = None,
    ) -> None:
        self._clock = clock
        self._frequency = frequency
        self._divider = divider
        no_reference = 0 if divider else CALIB_NOREF
        self._calibration = no_reference | CALIB_SKEW if calibration is None else calibration
        self._pend = pend
        self._timer = clock.timer(self._expired)
        self.reset()

    def reset(self) -> None:
        self._csr = 0 if self._divider else CSR_CLKSOURCE
        self._rvr = 0
        self._value = 0  # counter while it is stopped, or at `_origin`
        self._origin = 0  # clock ticks at which the counter held `_value`

    def read(self, offset: int) -> int:
        self._catch_up()
        if offset == CSR:
            value = self._csr
            self._csr &= ~CSR_COUNTFLAG
            return value
        if offset == RVR:
            return self._rvr
        if offset == CVR:
            return self._counter()
        return self._calibration

    def write(self, offset: int, value: int) -> None:
        self._catch_up()
        if offset == CSR:
            counter = self._counter()
            kept = self._csr & (CSR_COUNTFLAG if self._divider else CSR_COUNTFLAG | CSR_CLKSOURCE)
            self._csr = value & (CSR_ENABLE | CSR_TICKINT | CSR_CLKSOURCE) | kept
            self._load(counter)
        elif offset == RVR:
            counter = self._counter()
            self._rvr = value & COUNTER_MASK
            self._load(counter)
        elif offset == CVR:
            self._csr &= ~CSR_COUNTFLAG
            self._load(0)

    def _counter(self) -> int:
        if not self._csr & CSR_ENABLE:
            return self._value
        steps = (self._clock.now - self._origin) * self._frequency // self._ticks
        if steps <= self._value:
            return self._value - steps
        if not self._rvr:
            return 0
        # The step after 0 loads RVR.
        return self._rvr - (steps - self._value - 1) % (self._rvr + 1)

    @property
    def _ticks(self) -> int:
        """Ticks of the virtual clock in `frequency` steps of the counter."""
        ticks = self._clock.ticks_per_second
        return ticks if self._csr & CSR_CLKSOURCE else ticks * self._divider

    def _load(self, value: int) -> None:
        self._value = value
        self._origin = self._clock.now
        self._schedule()

    def _schedule(self) -> None:
        """Expire when the counter reaches 0, if that interrupts."""
        if self._csr & CSR_TICKINT and self._counts:
            self._timer.arm(self._origin + self._ticks_to_0 - self._clock.now)
        else:
            self._timer.cancel()

    @property
    def _counts(self) -> bool:
        """Return whether it is enabled; a reload value of 0 stops it once it is 0."""
        return bool(self._csr & CSR_ENABLE and (self._value or self._rvr))

    @property
    def _ticks_to_0(self) -> int:
        """Ticks from `_origin` until the counter reaches 0."""
        return self._ticks_of(self._value if self._value else self._rvr + 1)

    def _ticks_of(self, steps: int) -> int:
        return -(-steps * self._ticks // self._frequency)

    def _expired(self) -> None:
        self._catch_up()
        self._schedule()

    def _catch_up(self) -> None:
        """Take note that the counter has reached 0 since it was looked at last.

        It goes on from the exact moment of the last time, so that the period does not drift.
        """
        since = self._clock.now - self._origin
        if not self._counts or since < self._ticks_to_0:
            return
        since -= self._ticks_to_0
        self._origin, self._value = self._origin + self._ticks_to_0, 0
        if self._rvr:
            period = self._ticks_of(self._rvr + 1)
            self._origin += since // period * period
        self._csr |= CSR_COUNTFLAG
        if self._csr & CSR_TICKINT:
            self._pend()

    def save(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.STATE}

    def restore(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
