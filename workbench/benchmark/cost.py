"""What one inference costs on a board, as values: instructions, bytes, latency, and its check."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.benchmark.need import MemoryNeed, Peak
from workbench.builder.footprint import Share
from workbench.runs.call_counter import Measurement
from workbench.timing.latency import Latency

TFLITE_MICRO = "tflite_micro"


@dataclass(frozen=True)
class OracleCheck:
    """How many of `compared` outputs equal those of the oracle on the host: bytes and labels."""

    compared: int
    equal_bytes: int
    equal_labels: int

    @property
    def holds(self) -> bool:
        return self.equal_bytes == self.compared


@dataclass(frozen=True)
class MemoryUse:
    """What uses the memory of a part; `peak` is None if the arena was given, or not planned."""

    flash: Share
    ram: Share
    peak: Peak | None


@dataclass(frozen=True)
class InferenceCost:
    """One firmware image: the cost of one `Invoke()`, and memory in bytes.

    `flash_bytes` holds the model too. `oracle` is None where the host has none.
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
    memory: MemoryUse | None = None


@dataclass(frozen=True)
class Misfit:
    """An image for which the board lacks the memory: what it needs, and what would help."""

    board: str
    kernels: str
    need: MemoryNeed
    hint: str


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
    warned of, by board. misfits: the images of the matrix that their boards have no room for.
    oracle: what the outputs are compared with, or would be.
    """

    model: ModelSummary
    inputs: str
    engine: str
    toolchain: str
    workbench: str
    rows: tuple[InferenceCost, ...]
    flags: str = ""
    warnings: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    oracle: str = TFLITE_MICRO

    @property
    def slowest_seconds(self) -> float:
        """The upper end of the longest latency's interval: the scale that all of them fit."""
        return max(latency.high_seconds for row in self.rows for latency in row.latencies)
