"""From a trace to cycles and seconds: the model that `bench`, `measure` and `profile` share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workbench.platform import Platform
from workbench.platform.modelled import require_model
from workbench.timing.core import CoreTiming, timing_of
from workbench.timing.costs import Cause, Costs
from workbench.timing.cycles import Cycles
from workbench.timing.flash import Flash, read_flash
from workbench.timing.program import Flow, Program, core_costs
from workbench.timing.waits import CodeWait, data_wait, flash_costs
from workbench.trace import Trace


@dataclass(frozen=True)
class Estimate:
    """Modelled cycles of a trace on one platform at one clock.

    core: its name. wait_states: of the flash at that clock. beyond_the_part: the part does not run
    that fast.
    """

    core: str
    clock_hz: int
    wait_states: int
    beyond_the_part: bool
    costs: Costs

    @property
    def cycles(self) -> Cycles:
        """All cycles."""
        return self.costs.total

    @property
    def by_cause(self) -> Mapping[Cause, Cycles]:
        """Cycles by what they are spent on, in the order of Cause."""
        return self.costs.by_cause

    @property
    def by_address(self) -> Mapping[int, int]:
        """Best estimate of the cycles of each instruction, a jump's refill with its branch."""
        return self.costs.by_address

    def seconds(self, cycles: int) -> float:
        """Return how long `cycles` take at this clock."""
        return cycles / self.clock_hz


class CycleModel:
    """The core of one platform, its flash, and where flash lies."""

    def __init__(
        self, timing: CoreTiming, flash: Flash, in_flash: tuple[tuple[int, int], ...]
    ) -> None:
        """in_flash: (start, end) of the address ranges that are flash."""
        self._timing = timing
        self.flash = flash
        self._in_flash = in_flash

    @classmethod
    def of(cls, platform: Platform) -> CycleModel:
        """Return the model for `platform`.

        Raises PlatformError for a bad [flash_timing] and for a core without a model.
        """
        timing = _timing_of(platform)
        return cls(timing, read_flash(platform.flash_timing), platform.flash_ranges)

    def program(self, trace: Trace) -> Program:
        """Return what was executed, decoded and timed; it serves parts of the trace as well."""
        return Program.of(trace, self._timing)

    def estimate(self, trace: Trace, clock_hz: int, program: Program | None = None) -> Estimate:
        """Return the cycles of `trace` at `clock_hz`.

        program: one that holds the instructions of the trace, where that has been made before.
        """
        return self.estimates(trace, (clock_hz,), program)[0]

    def estimates(
        self, trace: Trace, clocks_hz: tuple[int, ...], program: Program | None = None
    ) -> tuple[Estimate, ...]:
        """Return the cycles of `trace` at each clock; the core's part is computed once."""
        flow = Flow.of(trace, program or self.program(trace))
        core = core_costs(flow)
        return tuple(self._at(hz, flow, core) for hz in clocks_hz)

    def _at(self, clock_hz: int, flow: Flow, core: Costs) -> Estimate:
        flash = self.flash
        waiting = flash_costs(flash, clock_hz, flow, self._in_flash)
        return Estimate(
            self._timing.rules.core,
            clock_hz,
            flash.wait_states(clock_hz),
            flash.is_beyond(clock_hz),
            core + waiting,
        )


class RunningModel:
    """The model for a counter that runs along: best estimates at the platform's own clock."""

    def __init__(self, platform: Platform) -> None:
        """Raises PlatformError as `CycleModel.of` does."""
        self._timing = _timing_of(platform)
        flash = read_flash(platform.flash_timing)
        waits = flash.wait_states(platform.clock_hz)
        self._flash = flash
        self._data_wait = data_wait(flash, waits).best
        self._code_wait = CodeWait.of(flash, waits)

    def core(self, trace: Trace) -> int:
        """Return the cycles of what was executed, in memory that never waits.

        trace: one that may have instructions with a count of 0, to which only a jump belongs.
        """
        executed = {address: times for address, times in trace.counts.items() if times}
        if not executed:
            return 0
        flow = Flow.of(replace(trace, counts=executed), Program.of(trace, self._timing))
        return core_costs(flow).total.best

    def data_reads(self, reads: int, lines: int) -> int:
        """Return the cycles that so many data reads from flash wait for."""
        return self._data_wait * self._flash.waiting_reads(reads, lines, self._flash.data_cache)

    def code_misses(self, in_sequence: int, by_jump: int) -> int:
        """Return the cycles that so many lines wait for that were not in the code cache."""
        return self._code_wait.best(in_sequence, by_jump)


def _timing_of(platform: Platform) -> CoreTiming:
    require_model(platform, "the cycle model")
    return timing_of(platform.core)
