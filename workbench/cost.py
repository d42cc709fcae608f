"""What one inference costs on a board, as values: instructions, bytes, latency, and its check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.gauge import Measurement
from workbench.timing.cycles import Cycles

if TYPE_CHECKING:
    from workbench.timing.model import Estimate

MODELLED = "modelled: Cortex-M4 timing, flash wait states and caches"
"""What the latencies of `workbench.timing` rest on."""


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
            basis=MODELLED,
            low_seconds=one.seconds(one.cycles.low),
            high_seconds=one.seconds(one.cycles.high),
            cycles=one.cycles,
            wait_states=one.wait_states,
            beyond_the_part=one.beyond_the_part,
            spent={cause.value: cycles for cause, cycles in one.by_cause.items()},
        )
        for one in estimates
    )


@dataclass(frozen=True)
class OracleCheck:
    """How many of `compared` outputs equal those of the host's `tflite_micro`: bytes and labels."""

    compared: int
    equal_bytes: int
    equal_labels: int

    @property
    def holds(self) -> bool:
        return self.equal_bytes == self.compared


@dataclass(frozen=True)
class InferenceCost:
    """One firmware image: the cost of one `Invoke()`, and memory in bytes.

    `flash_bytes` holds the model too. `oracle` is None where the host has no `tflite_micro`.
    `stack_peak` is the most stack that was in use since reset, as the firmware found it;
    `device_cycles` what the firmware measured for the inference of `latencies` with its cycle
    counter. None where that was not asked for.
    """

    board: str
    kernels: str
    invoke: Measurement
    flash_bytes: int
    ram_bytes: int
    arena_used: int
    oracle: OracleCheck | None
    latencies: tuple[Latency, ...]
    stack_peak: int | None = None
    device_cycles: int | None = None


@dataclass(frozen=True)
class ModelSummary:
    """Which model the figures are for."""

    name: str
    sha256: str
    size: int
    macs: int
    parameters: int


@dataclass(frozen=True)
class BenchReport:
    """The matrix of boards and kernel sets for one model, and what it stands on.

    flags: the optimization of the kernels, as given to the compiler. warnings: what the engine has
    warned of, by board.
    """

    model: ModelSummary
    inputs: str
    engine: str
    toolchain: str
    workbench: str
    rows: tuple[InferenceCost, ...]
    flags: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def slowest_seconds(self) -> float:
        """The upper end of the longest latency's interval: the scale that all of them fit."""
        return max(latency.high_seconds for row in self.rows for latency in row.latencies)
