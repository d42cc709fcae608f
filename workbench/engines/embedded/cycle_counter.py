"""What DWT_CYCCNT advances by: the cycles that `workbench.timing` models for what is executed.

Each block of code is modelled once, when the counter is first read after it ran; the tracer counts
how often blocks and jumps between them are executed, and flash reads are counted as in a trace.
Two things are left out that the model of a whole trace has: misses of an instruction cache, and
pairs of loads on both sides of a border between blocks that is no branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.platform import Platform

if TYPE_CHECKING:
    from workbench.engines.embedded.machine import Machine
    from workbench.timing.model import BlockModel


class CycleCounter:
    """Counts while it is switched on; `now` never goes back except by `load`."""

    def __init__(self, machine: Machine, platform: Platform) -> None:
        self._machine = machine
        self._platform = platform
        self._model: BlockModel | None = None
        self._on = False
        self._holds_reads = False
        self._offset = 0

    def switch(self, on: bool) -> None:
        """Count from now on, or stop."""
        if on == self._on:
            return
        self._on = on
        self._machine.tracer.count(on)
        self._machine.attend()

    def settle(self) -> None:
        """Put the hook on flash reads in place or take it out.

        That throws away translated code, so it must not happen while the core executes it.
        """
        if self._on == self._holds_reads:
            return
        self._holds_reads = self._on
        if self._on:
            self._machine.reads.hold(self._machine.flash_ranges)
        else:
            self._machine.reads.release()

    def now(self) -> int:
        """Modelled cycles; in a device access, up to the instruction that accesses."""
        return self._offset + self._counted()

    def _counted(self) -> int:
        machine = self._machine
        if self._model is None:
            # Only firmware that uses the counter pays for the model and its disassembler.
            from workbench.timing.model import BlockModel

            self._model = BlockModel(self._platform)
        in_sequence, by_jump, _ = machine.tracer.code_misses()
        cycles = (
            machine.tracer.cycles(self._model.block)
            + self._model.code_misses(in_sequence, by_jump)
            + self._model.data_reads(*machine.reads.totals())
        )
        # The block that is being executed is counted whole: one cycle for each instruction left.
        return cycles - (machine.state.count - machine.instructions if self._on else 0)

    def save(self) -> dict[str, Any]:
        tracer = self._machine.tracer
        code_lines = tracer.code_lines(of_count=True)  # what was issued last has then been counted
        return {
            "on": self._on,
            "now": self.now(),
            "code_lines": code_lines,
            "code_end": tracer.code_misses()[2],
            "data_lines": self._machine.reads.lines(),
        }

    def load(self, state: dict[str, Any]) -> None:
        self.switch(state["on"])
        self._machine.tracer.restore_code(state["code_lines"], state["code_end"])
        self._machine.reads.restore(state["data_lines"])
        self._offset = 0
        self._offset = state["now"] - self.now()
