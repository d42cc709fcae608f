"""The core's sleep: what sends it to sleep, and what wakes it (ARM DDI 0403E, B1.5.17, B1.5.18)."""

from __future__ import annotations

from enum import Enum

from workbench.armv7m.thumb import BlockFlag
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState
from workbench.engines.embedded.cortex_m.scb import SCR_SEVONPEND, Scb

_WFI, _WFE = int(BlockFlag.WFI), int(BlockFlag.WFE)


class Sleep(Enum):
    """Whether the core executes, and if not, what it waits for."""

    AWAKE = 0
    WFI = 1
    WFE = 2


class Sleeper:
    """The sleep of one core; `kind` is how it sleeps now."""

    def __init__(self, state: BlockState, exceptions: ExceptionState, scb: Scb) -> None:
        self._state = state
        self._exceptions = exceptions
        self._scb = scb
        self.kind = Sleep.AWAKE
        self._at_wfe = False  # a WFE stopped emulation

    def wake(self) -> None:
        self.kind = Sleep.AWAKE

    def reset(self) -> None:
        self.wake()
        self._at_wfe = False

    def wait_for_interrupt(self) -> None:
        """Sleep until an exception could be taken."""
        self.kind = Sleep.WFI

    def is_behind_wfi(self, pc: int) -> bool:
        """Return whether the core stands behind a WFI that ended its last block."""
        state = self._state
        return bool(state.flags & _WFI) and pc == state.address + state.size

    def came_to_wfe(self) -> bool:
        """Return whether a WFE stopped emulation: the core sleeps unless an event is registered."""
        if not self._at_wfe:
            return False
        self._at_wfe = False
        state = self._state
        state.flags = 0
        if state.event:
            state.event = 0
        else:
            self.kind = Sleep.WFE
        return True

    def notice_pending(self, preempts: bool) -> None:
        """Exceptions may be pending, and none is taken.

        preempts: one would be taken were it not for PRIMASK, which is enough for WFI.
        """
        is_event = self._scb.scr & SCR_SEVONPEND and self._exceptions.pending
        if preempts if self.kind is Sleep.WFI else is_event:
            self.wake()

    def is_wait_for_event(self, pc: int) -> bool:
        """The core asks whether it stopped for a WFE; if so it goes on to the next block."""
        state = self._state
        if not state.flags & _WFE or pc != state.address + state.size:
            return False
        self._at_wfe = True
        state.deadline = 0
        return True
