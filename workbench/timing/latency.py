"""What modelled cycles are in seconds at a core clock, as a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.timing.cycles import Cycles
from workbench.timing.model import Estimate


def basis_of(core: str) -> str:
    """Return what the latencies of a core, by its name, rest on."""
    return f"modelled: {core} timing, flash wait states and caches"


@dataclass(frozen=True)
class Latency:
    """Seconds that something takes at a core clock, and what that figure rests on.

    low_seconds to high_seconds is the interval that the model leaves, `spent` what the cycles
    are for, wait_states those of the flash at that clock. beyond_the_part: the part does not run
    that fast, the figure is there to compare.
    """

    clock_hz: int
    seconds: float
    basis: str
    low_seconds: float
    high_seconds: float
    cycles: Cycles
    wait_states: int
    beyond_the_part: bool
    spent: Mapping[str, Cycles]


def modelled_latencies(estimates: Iterable[Estimate]) -> tuple[Latency, ...]:
    """Return the latencies of a trace, one for each estimate."""
    return tuple(
        Latency(
            clock_hz=one.clock_hz,
            seconds=one.seconds(one.cycles.best),
            basis=basis_of(one.core),
            low_seconds=one.seconds(one.cycles.low),
            high_seconds=one.seconds(one.cycles.high),
            cycles=one.cycles,
            wait_states=one.wait_states,
            beyond_the_part=one.beyond_the_part,
            spent={cause.value: cycles for cause, cycles in one.by_cause.items()},
        )
        for one in estimates
    )
