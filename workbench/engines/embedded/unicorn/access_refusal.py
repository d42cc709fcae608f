"""Refusing accesses from within a memory hook.

Unicorn cannot stop inside a block after a memory hook, but it undoes an instruction whose access
is refused, and it looks at the permissions after the hook. So the hook closes the memory under the
access: Unicorn stops with every register exact.
"""

from __future__ import annotations

from unicorn import unicorn_const

from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.protection import Protection


class ClosedMemory:
    """Memories that are closed until emulation stops."""

    def __init__(self, core: Core, protection: Protection) -> None:
        self._core = core
        self._protection = protection
        self._closed: list[tuple[int, int, int]] = []  # start, end, UC_PROT_* bits

    def close(self, address: int, size: int) -> bool:
        """Close what an access touches; False if that is not plain memory.

        Whole memories, so that no region is split: Unicorn's access still refers to it.
        """
        for start, end, own in self._protection.pages:
            if start < address + size and address < end:
                self._close(start, end, own, own & unicorn_const.UC_PROT_EXEC)
        return bool(self._closed)

    def close_to_stores(self) -> None:
        """Close all memory to what is stored from here on."""
        for start, end, own in self._protection.pages:
            self._close(start, end, own, own & ~unicorn_const.UC_PROT_WRITE)

    def open(self) -> None:
        """Open them again; called when emulation has stopped."""
        for start, end, own in self._closed:
            self._core.protect(start, end - start, own)
        self._closed.clear()

    def _close(self, start: int, end: int, own: int, left: int) -> None:
        self._closed.append((start, end, own))
        self._core.protect(start, end - start, left)
