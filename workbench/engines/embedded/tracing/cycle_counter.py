"""What DWT_CYCCNT advances by: the cycles that `workbench.timing` models for what is executed.

Each time that the counter is read, what was executed since then goes through the model as a trace
does. Only what the caches hold comes from elsewhere: they are followed on and on from where the
counter was switched on, beginning empty, while a trace is taken for one of many alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from workbench.engines.embedded.tracing.flash_reads import FlashRanges, ReadRecorder
from workbench.engines.embedded.tracing.issued import IssuedInstructions
from workbench.engines.embedded.tracing.recordings import Purpose, Recording
from workbench.engines.embedded.tracing.trace_recorder import joined, to_trace
from workbench.engines.embedded.tracing.tracer import Tracer
from workbench.platform import Platform
from workbench.trace import FlashReads

if TYPE_CHECKING:
    from workbench.timing.model import RunningModel

_NOTHING = Recording((), {}, {}, ())
Reads = dict[int, int]
"""Instruction address -> how often it has read data from flash."""


class CycleCounter:
    """Counts while it is switched on; `now` never goes back except by `restore`."""

    def __init__(
        self,
        platform: Platform,
        tracer: Tracer,
        reads: ReadRecorder,
        issued: IssuedInstructions,
        flash_ranges: Callable[[], FlashRanges],
        attend: Callable[[], None],
    ) -> None:
        """flash_ranges: returns (start, end) of each range in which flash is visible. attend: the
        run loop has to look at the counter at the next block.
        """
        self._platform = platform
        self._tracer = tracer
        self._reads = reads
        self._issued = issued
        self._flash_ranges = flash_ranges
        self._attend = attend
        self._model: RunningModel | None = None
        self._is_enabled = False  # by the firmware
        self._switched_at = 0  # instructions issued when it last said so
        self._past = 0  # cycles while nothing is recorded, but for those since it was switched on
        self._on = False  # recording what is executed
        self._core = 0  # cycles of the core that have been modelled
        self._untimed: tuple[Recording, Reads] = (_NOTHING, {})
        self._offset = 0
        # Firmware that waits for the counter executes the same again and again.
        self._cycles_of = lru_cache(maxsize=16)(self._model_core)

    def switch(self, on: bool) -> None:
        """Count from now on, or stop; what is executed is recorded from the next block on."""
        if on == self._is_enabled:
            return
        self._is_enabled = on
        self._switched_at = self._issued.now()
        self._attend()

    def settle(self) -> None:
        """Begin to record what is executed, or end it, as was switched.

        Not while the core executes: the hook on flash reads throws away translated code, and the
        block that is executed may yet be cut short.
        """
        if self._on == self._is_enabled:
            return
        self._past = self.now()
        if self._is_enabled:
            self._tracer.start(Purpose.CYCLES)
            self._begin_reads([])
            self._reads.hold(self._flash_ranges())
            self._go_on_from(self._past)
        else:
            self._tracer.stop(Purpose.CYCLES)
            self._reads.release()
        self._on = self._is_enabled

    def now(self) -> int:
        """Return the modelled cycles; in a device access, up to the instruction that accesses."""
        if not self._on:
            # Until the end of the block that has switched it on one cycle for each instruction.
            since = self._issued.now() - self._switched_at if self._is_enabled else 0
            return self._past + max(0, since)
        self._take()
        recording, reads = self._untimed
        if recording.blocks:
            edges = tuple(recording.edges.items())
            self._core += self._cycles_of(recording.blocks, edges, tuple(reads.items()))
            self._untimed = _NOTHING, {}
        # The block that is being executed is counted whole: one cycle for each instruction left.
        return self._modelled() - (self._tracer.state.count - self._issued.now())

    def _modelled(self) -> int:
        return self._offset + self._core + self._waits()

    def _go_on_from(self, cycles: int) -> None:
        """Set the cycles that have been modelled so far to `cycles`."""
        self._offset = cycles - self._core - self._waits()

    def _begin_reads(self, lines: list[int]) -> None:
        """From now on reads from flash are counted, with these lines in the data cache."""
        self._reads.cut()
        self._reads.restore(lines)

    def _take(self) -> None:
        """Add what was executed to what is not in `_core` yet."""
        recording, reads = self._untimed
        fresh = self._tracer.cut(Purpose.CYCLES)
        for pc, times in self._reads.cut().items():
            reads[pc] = reads.get(pc, 0) + times
        self._untimed = joined((recording, fresh)) if recording.blocks else fresh, reads

    def _waits(self) -> int:
        model = self._models()
        return model.code_misses(*self._tracer.code_misses()) + model.data_reads(
            *self._reads.totals()
        )

    def _models(self) -> RunningModel:
        if self._model is None:
            # Only firmware that uses the counter pays for the model.
            from workbench.timing.model import RunningModel

            self._model = RunningModel(self._platform)
        return self._model

    def _model_core(
        self,
        blocks: tuple[tuple[int, bytes, int], ...],
        edges: tuple[tuple[tuple[int, int], int], ...],
        reads: tuple[tuple[int, int], ...],
    ) -> int:
        trace = to_trace(Recording(blocks, dict(edges), {}, ()), with_sources=True)
        read = {pc: FlashReads(times, 0) for pc, times in reads}
        return self._models().core(replace(trace, flash_reads=read))

    def save(self) -> dict[str, Any]:
        self.settle()
        if self._on:
            self._take()
        code_lines = self._tracer.code_lines(Purpose.CYCLES)  # what was issued last is in them
        return {
            "on": self._on,
            "past": self._modelled() if self._on else self._past,
            "untimed": (self._untimed[0], dict(self._untimed[1])),
            "code_lines": code_lines,
            "data_lines": self._reads.lines(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.switch(state["on"])
        self.settle()
        self._tracer.resume(state["code_lines"])
        self._begin_reads(state["data_lines"])
        recording, reads = state["untimed"]
        self._untimed = recording, dict(reads)
        self._past = state["past"]
        if self._on:
            self._go_on_from(self._past)
