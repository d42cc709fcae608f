"""A counter that is driven by virtual time, exact to the tick.

A timer block counts at `hertz / divider`; virtual time comes in ticks. The counter keeps the
part of a count that has passed, so that nothing is lost however often it is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.engines.state import in_snapshots


@in_snapshots("counter")
@dataclass
class Counter:
    """Turns elapsed ticks into counts.

    hertz: frequency before the divider. ticks_per_second: of the virtual clock.
    """

    hertz: int
    ticks_per_second: int
    divider: int = 1
    running: bool = False
    _seen: int = 0  # ticks up to which counts were taken
    _phase: int = 0  # part of a count, in units of 1 / (ticks_per_second * divider)

    def start(self, now: int) -> None:
        if not self.running:
            self.running, self._seen = True, now

    def stop(self, now: int) -> int:
        """Stop; return the counts since they were last taken."""
        counts = self.take(now)
        self.running = False
        return counts

    def take(self, now: int) -> int:
        """Return the counts that have passed since the last call."""
        if not self.running:
            return 0
        self._phase += (now - self._seen) * self.hertz
        self._seen = now
        counts, self._phase = divmod(self._phase, self._unit)
        return counts

    def give_back(self, counts: int) -> None:
        """Return the counts that were taken, to take them again with another divider."""
        self._phase += counts * self._unit

    def clear_phase(self) -> None:
        """The next count is a whole one away."""
        self._phase = 0

    def ticks_until(self, counts: int) -> int:
        """Return the ticks from the last `take` until `counts` more have passed; at least 1."""
        missing = counts * self._unit - self._phase
        return max(1, -(-missing // self.hertz))

    @property
    def _unit(self) -> int:
        return self.ticks_per_second * self.divider
