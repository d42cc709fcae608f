"""Where a run must end at the latest."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.engines.base import Instructions, Limit
from workbench.engines.embedded.clock import NEVER, Clock


@dataclass(frozen=True)
class Goal:
    """A count of instructions, or virtual time in ticks; NEVER for the other one."""

    instructions: int = NEVER
    ticks: int = NEVER

    @classmethod
    def of(cls, limit: Limit, clock: Clock, count: int) -> Goal:
        """Return where `limit` ends a run that begins now, with `count` instructions issued."""
        if isinstance(limit, Instructions):
            return cls(instructions=count + max(0, limit.count))
        return cls(ticks=clock.now + round(max(0.0, limit.seconds) * clock.ticks_per_second))

    def count_limit(self, slept: int) -> int:
        """Return the count of instructions that the core may reach, `slept` ticks aside."""
        return self.instructions if self.ticks == NEVER else self.ticks - slept
