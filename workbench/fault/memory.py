"""Reads of what memory held when a machine stopped: what was not kept is None."""

from __future__ import annotations

from workbench.armv7m.architecture import EXTERNAL_DEVICES, PERIPHERALS
from workbench.machine import MemoryDump

WORD = 4
_NOT_LOOKED_INTO = (PERIPHERALS, EXTERNAL_DEVICES)  # what is there may have changed since


class View:
    """Memory as it was, in words and halfwords."""

    def __init__(self, memory: MemoryDump) -> None:
        self._memory = memory

    def read(self, address: int, size: int) -> bytes | None:
        """Return `size` bytes, None where they were not all kept."""
        if any(address in peripherals for peripherals in _NOT_LOOKED_INTO):
            return None
        return self._memory.read(address, size)

    def word(self, address: int) -> int | None:
        """Return the word at `address`."""
        data = self.read(address, WORD)
        return None if data is None else int.from_bytes(data, "little")

    def halfword(self, address: int) -> int | None:
        """Return the halfword at `address`."""
        data = self.read(address, 2)
        return None if data is None else int.from_bytes(data, "little")
