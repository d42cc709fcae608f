"""A store that was refused inside an IT block: what the core executed behind it is undone.

Unicorn 2.1.4 leaves a block at the instruction whose access is refused, with one exception: behind
a conditional store it executes the rest of the block. So the registers are noted when the store is
refused and put back when emulation has stopped; until then no memory can be written, and no read
counts.
"""

from __future__ import annotations

from typing import Protocol

from workbench.engines.embedded.events import Access
from workbench.engines.embedded.unicorn.access_refusal import ClosedMemory
from workbench.engines.embedded.unicorn.access_watcher import AccessWatcher
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.protection import Protection
from workbench.engines.embedded.unicorn.registers import FP_NAMES, ITSTATE

_NOTED = (*(f"r{n}" for n in range(13)), "sp", "lr", "fpscr", *FP_NAMES, "xpsr", "pc")


class PausableCounter(Protocol):
    """Counts reads from flash."""

    def pause(self, on: bool) -> None:
        """Count no read until it is off again: those that follow will be undone."""


class ConditionalStores(AccessWatcher):
    """Saves the registers in the access, and restores them when emulation has stopped."""

    def __init__(self, core: Core, protection: Protection, reads: PausableCounter) -> None:
        self._core = core
        self._reads = reads
        self._closed = ClosedMemory(core, protection)
        self._batch = core.batch(_NOTED)
        self._noted: list[int] | None = None

    def refused(self, access: Access) -> None:
        if access is not Access.WRITE or self._noted is not None:
            return
        if not self._core.get("xpsr") & ITSTATE:
            return
        self._noted = self._batch.read()
        self._closed.close_to_stores()
        self._reads.pause(True)
        self._core.forget_translations()

    def emulation_stopped(self) -> None:
        if self._noted is None:
            return
        self._closed.open()
        self._reads.pause(False)
        for name, value in zip(_NOTED, self._noted, strict=True):
            self._core.set(name, value)
        self._noted = None
        self._core.forget_translations()
