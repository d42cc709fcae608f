"""Stopping right behind a store to a device that changes what the core does next.

The core executes whole blocks, but an exception that a store makes ready is taken behind that
store, as are a timer that it arms for a moment within the block and a trap that it switches on.
That is known when the store has been made. The access is then refused all the same: emulation
stops as if the instruction had not begun, and executes it once more, alone, with nothing stored.
"""

from __future__ import annotations

from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.clock import Clock
from workbench.engines.embedded.cortex_m.processor import Processor
from workbench.engines.embedded.events import Refusal, StoreMade
from workbench.engines.embedded.unicorn.access_watcher import AccessWatcher


class StopAfterStore(AccessWatcher):
    """Decides whether emulation must stop right after the current store because it made an
    exception pending.
    """

    def __init__(self, state: BlockState, clock: Clock, processor: Processor) -> None:
        self._state = state
        self._clock = clock
        self._processor = processor
        self._made: int | None = None  # where the store was made

    def behind(self, address: int, is_late: bool) -> Refusal | None:
        if self._made is not None:
            return None  # the instruction is executed again
        if not is_late and (self._state.deadline or not self._changes_what_follows()):
            return None
        self._made = address
        return StoreMade(is_late)

    def is_made(self, address: int) -> bool:
        """Return whether the store at `address` is made already; STM and STRD store upwards."""
        return self._made is not None and address <= self._made

    def done(self) -> None:
        """The instruction was executed again: from now on stores are made."""
        self._made = None

    def _changes_what_follows(self) -> bool:
        processor = self._processor
        if processor.scb.take_trap_change():
            return True
        if self._clock.next_deadline < self._state.count + self._clock.slept:
            return True  # `count` holds the whole block
        exceptions = processor.exceptions
        if not exceptions.pending & exceptions.enabled:
            return False
        return exceptions.preempting(processor.special.masks()) is not None
