"""Writing down what the core executes, block by block, and what it reads from flash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.engines.renode.worker.hooks import READ_RECORD_BYTES
from workbench.engines.renode.worker.machine import RenodeMachine


class Recorder:
    """One recording at a time, into files that the owner reads."""

    def __init__(self, machine: RenodeMachine) -> None:
        self._machine = machine
        # Delegates must outlive their use; the writers are behind them.
        self._blocks: tuple[Any, Any] | None = None
        self._reads: tuple[Any, Any] | None = None
        self._block_size = 0

    def start(self, blocks: str, reads: str, ranges: Sequence[tuple[int, int]]) -> None:
        """Record blocks, and the data reads in `ranges`, each (start, end), if there are any.

        Renode does not tell which instruction of a block reads: with reads recorded, each
        instruction is a block of its own. That costs 0.4 us an instruction (measured, 1.15.3).
        """
        hooks, cpu = self._machine.hooks, self._machine.cpu
        self._blocks = hooks.record_blocks(blocks)
        cpu.SetHookAtBlockBegin(self._blocks[0])
        if ranges:
            self._block_size = cpu.MaximumBlockSize
            cpu.MaximumBlockSize = 1
            self._reads = hooks.record_reads(reads, ranges)
            cpu.SetHookAtMemoryAccess(self._reads[0])

    def flush(self) -> int:
        """Let the files hold all that was recorded; return how many reads that are."""
        for recorded in (self._blocks, self._reads):
            if recorded is not None:
                recorded[1].Flush()
        if self._reads is None:
            return 0
        return int(self._reads[1].BaseStream.Position) // READ_RECORD_BYTES

    def stop(self) -> None:
        """End the recording."""
        cpu = self._machine.cpu
        if self._blocks is not None:
            cpu.ClearHookAtBlockBegin()
            self._blocks[1].Close()
        if self._reads is not None:
            cpu.SetHookAtMemoryAccess(None)
            cpu.MaximumBlockSize = self._block_size
            self._reads[1].Close()
        self._blocks = self._reads = None
