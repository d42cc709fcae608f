"""Watchpoints: stop before an instruction that accesses watched data.

A hook on the watched addresses has the access refused (see `access_refusal.py`); the run loop then
executes that one instruction unwatched.

The hooks are there only while something is watched: they make every load and store slower.
"""

from __future__ import annotations

from workbench.engines.base import Stop, Watchpoint
from workbench.engines.embedded.events import Access, Refusal, Watched
from workbench.engines.embedded.unicorn.access_refusal import ClosedMemory
from workbench.engines.embedded.unicorn.access_watcher import AccessWatcher
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.protection import Protection

WIDEST = 8  # bytes of one access of the core: a hook sees where the access begins


class Watch(AccessWatcher):
    """What is watched, and the hooks for it."""

    def __init__(self, core: Core, protection: Protection) -> None:
        self._core = core
        self._closed = ClosedMemory(core, protection)
        self._until = Stop()
        self._hooks: list[int] = []
        self._hit: Watchpoint | None = None
        self._passing = False
        self._hook = core.data_callback(self._on_access)

    def set(self, until: Stop) -> None:
        """Watch what `until` wants watched, and nothing else."""
        before, self._until = self._until.watch, until
        if until.watch == before:
            return
        for hook in self._hooks:
            self._core.remove_hook(hook)
        self._hooks.clear()
        for point in until.watch:
            start, end = max(0, point.address - WIDEST + 1), point.address + point.size
            for access, wanted in ((Access.READ, point.read), (Access.WRITE, point.write)):
                if wanted:
                    hook = self._core.add_data_hook(self._hook, None, access, start, end)
                    self._hooks.append(hook)
        self.on_arming()

    @property
    def is_armed(self) -> bool:
        return bool(self._until.watch)

    def before(self, access: Access, address: int, size: int) -> Refusal | None:
        if not self._passing and self._hit is None:
            self._hit = self._until.watchpoint_at(address, size, access is Access.WRITE)
        return None if self._hit is None else Watched(self._hit)

    def emulation_stopped(self) -> None:
        if self._hit is not None:
            self._hit = None
            self._closed.open()

    def let_pass(self, passing: bool) -> None:
        """Watch nothing for a while."""
        self._passing = passing

    def _on_access(self, address: int, size: int, is_write: bool) -> None:
        if self._hit is not None:
            return  # behind a conditional store, see `conditional_stores.py`
        hit = None if self._passing else self._until.watchpoint_at(address, size, is_write)
        if hit is None:
            self._core.leave_it_block()
        elif self._closed.close(address, size):
            self._hit = hit
