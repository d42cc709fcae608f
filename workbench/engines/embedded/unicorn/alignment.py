"""CCR.UNALIGN_TRP: every unaligned access is a UsageFault (ARM DDI 0403E, A3.2.1 and B3.2.8).

While firmware has the bit set, a hook looks at every data access; otherwise there is none.
Instructions that must always be aligned are looked at elsewhere (`inspection.py`), and unaligned
accesses to devices never get there (`EmbeddedMachine`).
"""

from __future__ import annotations

from typing import Any, Protocol

from workbench.armv7m.architecture import Cfsr
from workbench.engines.embedded.events import Access, Faulting, Refusal
from workbench.engines.embedded.unicorn.access_refusal import ClosedMemory
from workbench.engines.embedded.unicorn.access_watcher import AccessWatcher
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.protection import Protection

_ADDRESSES = 1 << 32


class AlignmentFilter(Protocol):
    """Sorts out aligned accesses, in C where there is a compiler."""

    def filter_unaligned(self, hook: Any) -> tuple[Any, int | None]:
        """Return a data hook, and its user data, that calls `hook` at least at unaligned accesses
        and has seen to the IT block at the others.
        """


class AlignmentTrap(AccessWatcher):
    """The hook, and whether it has found an unaligned access."""

    def __init__(self, core: Core, protection: Protection, aligned: AlignmentFilter) -> None:
        self._core = core
        self._closed = ClosedMemory(core, protection)
        self._hooks: list[int] = []
        self._found = False
        self._on_unaligned = core.data_callback(self._on_access)
        self._hook, self._user_data = aligned.filter_unaligned(self._on_unaligned)

    def settle(self, on: bool) -> None:
        """Put the hook in place or take it out; not while the core executes."""
        if on == bool(self._hooks):
            return
        for hook in self._hooks:
            self._core.remove_hook(hook)
        self._hooks = [
            self._core.add_data_hook(self._hook, self._user_data, access, 0, _ADDRESSES)
            for access in (Access.READ, Access.WRITE)
            if on
        ]
        self.on_arming()

    @property
    def is_armed(self) -> bool:
        return bool(self._hooks)

    def before(self, access: Access, address: int, size: int) -> Refusal | None:
        return Faulting(Cfsr.UNALIGNED) if self._found else None

    def emulation_stopped(self) -> None:
        if self._found:
            self._found = False
            self._closed.open()

    def _on_access(self, address: int, size: int, is_write: bool) -> None:
        if self._found:
            return  # behind a conditional store, see `conditional_stores.py`
        if address % size and self._closed.close(address, size):
            self._found = True
        else:
            self._core.leave_it_block()
