"""What one inference costs on a board, as values: instructions, bytes, latency, and its check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.gauge import Measurement

COUNTED_PER_CLOCK = "counted / clock, no wait states"
"""Basis of a latency that takes one clock for each instruction: silicon takes longer."""


@dataclass(frozen=True)
class Latency:
    """Seconds that something takes at a core clock, and what that figure rests on."""

    clock_hz: int
    seconds: float
    basis: str


def latencies(instructions: float, clocks_hz: Iterable[int]) -> tuple[Latency, ...]:
    """Return the latency of `instructions` at each clock: one clock each, no wait states."""
    return tuple(Latency(hz, instructions / hz, COUNTED_PER_CLOCK) for hz in clocks_hz)


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
    """

    board: str
    kernels: str
    invoke: Measurement
    flash_bytes: int
    ram_bytes: int
    arena_used: int
    oracle: OracleCheck | None
    latencies: tuple[Latency, ...]


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
    """The matrix of boards and kernel sets for one model, and what it stands on."""

    model: ModelSummary
    inputs: str
    engine: str
    toolchain: str
    workbench: str
    rows: tuple[InferenceCost, ...]
