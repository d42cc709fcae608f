"""Coming out right behind a store to a device that changes what the core does next.

The core executes whole blocks, but an exception that a store makes ready is taken behind that
store, as are a timer that it arms for a moment within the block and a trap that it switches on.
That is known when the store has been made. The access is then refused all the same: the core comes
out as if the instruction had not begun, and executes it once more, alone, with nothing stored.
"""

from __future__ import annotations

from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.clock import Clock
from workbench.engines.embedded.cortex_m.entry import ExceptionUnit
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState
from workbench.engines.embedded.cortex_m.scb import Scb


class Departure:
    """Whether the core is to come out behind the store that it makes."""

    def __init__(
        self,
        state: BlockState,
        clock: Clock,
        exceptions: ExceptionState,
        unit: ExceptionUnit,
        scb: Scb,
    ) -> None:
        self._state = state
        self._clock = clock
        self._exceptions = exceptions
        self._unit = unit
        self._scb = scb
        self._made: int | None = None  # where the store was made
        self._refused = False

    def begins(self, address: int, always: bool = False) -> bool:
        """A store at `address` was made: return whether it is to be refused now.

        always: whatever it changes, unless the instruction is executed again.
        """
        if self._made is not None:
            return False  # the instruction is executed again
        if not always and (self._state.deadline or not self._changes_what_follows()):
            return False
        self._made, self._refused = address, True
        return True

    def take(self) -> bool:
        """Return whether the core came out for this; until `done` its stores are not made."""
        refused, self._refused = self._refused, False
        return refused

    def is_made(self, address: int) -> bool:
        """Whether a store at `address` was made the first time; STM and STRD make them upwards."""
        return self._made is not None and address <= self._made

    def done(self) -> None:
        """The instruction was executed again."""
        self._made = None

    def _changes_what_follows(self) -> bool:
        if self._scb.take_trap_change():
            return True
        if self._clock.next_deadline < self._state.count + self._clock.slept:
            return True  # `count` holds the whole block
        exceptions = self._exceptions
        if not exceptions.pending & exceptions.enabled:
            return False
        return exceptions.preempting(self._unit.masks()) is not None
