"""Figures to print: a matrix of two boards as `workbench bench` reports it."""

from __future__ import annotations

from workbench.benchmark.cost import (
    BenchReport,
    InferenceCost,
    MemoryUse,
    ModelSummary,
    OracleCheck,
)
from workbench.benchmark.need import Peak
from workbench.builder.footprint import Share
from workbench.runs.call_counter import Measurement
from workbench.timing.cycles import Cycles
from workbench.timing.latency import Latency, basis_of

CLOCKS = (64_000_000, 80_000_000, 168_000_000)


def latency(instructions, clock_hz, fastest_hz=168_000_000):
    """Return a latency of 1.5 cycles an instruction, give or take a tenth."""
    best = instructions * 3 // 2
    cycles = Cycles(best - best // 10, best, best + best // 10)
    return Latency(
        clock_hz=clock_hz,
        seconds=cycles.best / clock_hz,
        basis=basis_of("Cortex-M4"),
        low_seconds=cycles.low / clock_hz,
        high_seconds=cycles.high / clock_hz,
        cycles=cycles,
        wait_states=3,
        beyond_the_part=clock_hz > fastest_hz,
        spent={"instructions": cycles},
    )


def cost(board="stm32f4_discovery", kernels="cmsis_nn", instructions=84_000, oracle=None):
    fastest = 64_000_000 if board == "nrf52840_dk" else 168_000_000
    return InferenceCost(
        board=board,
        kernels=kernels,
        invoke=Measurement.of("Invoke", [instructions]),
        flash_bytes=48_123,
        ram_bytes=12_288,
        arena_used=1_900,
        oracle=oracle,
        latencies=tuple(latency(instructions, clock, fastest) for clock in CLOCKS),
        stack_peak=772,
        memory=MemoryUse(
            Share(5_568, 30_555, 12_000, 0, 1 << 20),
            Share(1_904, 88, 6_200, 4_096, 128 << 10),
            Peak(0, "CONV_2D", 674),
        ),
    )


def report(*rows):
    model = ModelSummary("keyword_spotter", "ab" * 32, 5_568, 11_040, 1_035)
    return BenchReport(model, "4 recordings", "embedded", "gcc 12.2.1", "0.1.0", rows)


def matrix():
    """Return a report of two boards; one output differs from the host, one is not compared."""
    return report(
        cost(kernels="reference", instructions=168_000, oracle=OracleCheck(4, 4, 4)),
        cost(oracle=OracleCheck(4, 3, 4)),
        cost(board="nrf52840_dk"),
    )
