"""From a trace to cycles and seconds: the model that `bench`, `measure` and `profile` share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from workbench.platform import Platform
from workbench.timing.core import Cause, Costs, Flow, core_costs, flows, jump_time
from workbench.timing.cycles import NONE, Cycles
from workbench.timing.decode import MAX_BYTES, decode
from workbench.timing.flash import Flash, data_wait, flash_costs, read_flash
from workbench.trace import Trace


@dataclass(frozen=True)
class Estimate:
    """Modelled cycles of a trace on one platform at one clock.

    wait_states: of the flash at that clock. beyond_the_part: the part does not run that fast.
    """

    clock_hz: int
    wait_states: int
    beyond_the_part: bool
    costs: Costs

    @cached_property
    def cycles(self) -> Cycles:
        """All cycles."""
        return sum(self.costs.values(), NONE)

    @cached_property
    def by_cause(self) -> Mapping[Cause, Cycles]:
        """Cycles by what they are spent on, in the order of Cause."""
        totals = dict.fromkeys(Cause, NONE)
        for (_, cause), cycles in self.costs.items():
            totals[cause] += cycles
        return {cause: cycles for cause, cycles in totals.items() if cycles}

    @cached_property
    def by_address(self) -> Mapping[int, int]:
        """Best estimate of the cycles of each instruction, a jump's refill with its branch."""
        totals: dict[int, int] = {}
        for (address, _), cycles in self.costs.items():
            totals[address] = totals.get(address, 0) + cycles.best
        return totals

    def seconds(self, cycles: int) -> float:
        """Return how long `cycles` take at this clock."""
        return cycles / self.clock_hz


class CycleModel:
    """The Cortex-M4 of one platform: its flash, and where flash lies."""

    def __init__(self, flash: Flash, in_flash: tuple[tuple[int, int], ...]) -> None:
        """in_flash: (start, end) of the address ranges that are flash."""
        self.flash = flash
        self._in_flash = in_flash

    @classmethod
    def of(cls, platform: Platform) -> CycleModel:
        """Return the model for `platform`; raise PlatformError for a bad [flash_timing]."""
        return cls(read_flash(platform.flash_timing), platform.flash_ranges)

    def estimate(self, trace: Trace, clock_hz: int) -> Estimate:
        """Return the cycles of `trace` at `clock_hz`."""
        return self.estimates(trace, (clock_hz,))[0]

    def estimates(self, trace: Trace, clocks_hz: tuple[int, ...]) -> tuple[Estimate, ...]:
        """Return the cycles of `trace` at each clock; the core's part is computed once."""
        flowing = flows(trace)
        core = core_costs(flowing, trace.jumps)
        return tuple(self._at(hz, trace, flowing, core) for hz in clocks_hz)

    def _at(self, clock_hz: int, trace: Trace, flowing: tuple[Flow, ...], core: Costs) -> Estimate:
        flash = self.flash
        waiting = flash_costs(flash, clock_hz, trace, flowing, self._in_flash)
        return Estimate(
            clock_hz, flash.wait_states(clock_hz), flash.is_beyond(clock_hz), {**core, **waiting}
        )


class BlockModel:
    """The model one straight piece of code at a time, for a counter that runs along.

    Best estimates at the platform's own clock.
    """

    def __init__(self, platform: Platform) -> None:
        """Raises PlatformError for a bad [flash_timing]."""
        flash = read_flash(platform.flash_timing)
        self._flash = flash
        self._wait = data_wait(flash, flash.wait_states(platform.clock_hz)).best

    def block(self, address: int, code: bytes) -> tuple[int, int, int]:
        """Return the cycles of the block in `code` at `address`, those of a jump from its end, and
        those that a jump to its start takes more.
        """
        addresses, offset = {}, 0
        while offset < len(code):
            one = decode(address + offset, code[offset : offset + MAX_BYTES])
            addresses[address + offset] = 1
            offset += one.size
        if not addresses:
            return 0, 0, 0
        costs = core_costs(flows(Trace(addresses, {}, {address: code})), {})
        refill = jump_time(one, None).best
        extra = jump_time(one, decode(address, code[:MAX_BYTES])).best - refill
        return sum(cycles.best for cycles in costs.values()), refill, max(0, extra)

    def flash(self, reads: int, lines: int) -> int:
        """Return the cycles that so many data reads from flash wait for."""
        return self._wait * self._flash.waiting_reads(reads, lines)
