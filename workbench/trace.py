"""What was executed: a value that does not depend on the engine that recorded it.

Engines execute in blocks of their own making (a translator cuts them at page borders, at stops,
at watched addresses). A `Trace` is free of that: it counts every instruction address and every
transfer of control that was not sequential, so two engines that execute the same instructions
give equal traces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Trace:
    """Executed instructions and the jumps between them.

    counts: instruction address -> times issued (condition-failed instructions of an IT block
        included).
    jumps: (address of the last instruction before, address of the first instruction after) ->
        times, for every transfer that was not to the next instruction in memory: taken branches,
        calls, returns, exception entries and returns.
    code: start address -> bytes, the executed code as it was in memory, so that a trace can be
        decoded without the machine.
    """

    counts: Mapping[int, int]
    jumps: Mapping[tuple[int, int], int]
    code: Mapping[int, bytes]

    @property
    def instructions(self) -> int:
        """Instructions issued, in all."""
        return sum(self.counts.values())
