"""CCR.UNALIGN_TRP: every unaligned access is a UsageFault (ARM DDI 0403E, A3.2.1 and B3.2.8).

While firmware has the bit set, a hook looks at every data access; otherwise there is none.
Instructions that must always be aligned are looked at elsewhere (`inspection.py`), and unaligned
accesses to devices never get there (`Machine`).
"""

from __future__ import annotations

from workbench.engines.embedded.events import Access
from workbench.engines.embedded.tracing.flash_reads import ReadCounter
from workbench.engines.embedded.unicorn.access_refusal import ClosedMemory
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.protection import Protection

_ADDRESSES = 1 << 32


class AlignmentTrap:
    """The hook, and the access that it has refused."""

    def __init__(self, core: Core, protection: Protection, reads: ReadCounter) -> None:
        """`reads` has the C function that sorts out aligned accesses, where there is one."""
        self._core = core
        self._closed = ClosedMemory(core, protection)
        self._hooks: list[int] = []
        self.refused = False
        self._on_unaligned = core.data_callback(self._on_access)
        self._hook, self._user_data = reads.filter_unaligned(self._on_unaligned)

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

    def take(self) -> bool:
        """Return whether an access was refused, and open what was closed for it."""
        refused, self.refused = self.refused, False
        if refused:
            self._closed.open()
        return refused

    def _on_access(self, address: int, size: int, is_write: bool) -> None:
        if self.refused:
            return  # behind a conditional store, see `conditional_stores.py`
        if address % size and self._closed.close(address, size):
            self.refused = True
        else:
            self._core.leave_it_block()
