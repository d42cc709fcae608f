"""Reads of a machine that has crashed: what cannot be read is None, what was read is kept."""

from __future__ import annotations

from workbench.armv7m.architecture import EXTERNAL_DEVICES, PERIPHERALS, SYSTEM
from workbench.engines.base import Memory
from workbench.errors import WorkbenchError

_BLOCK = 1024  # bytes; a stack is read in few requests, which are slow on some engines
WORD = 4
_NOT_LOOKED_INTO = (PERIPHERALS, EXTERNAL_DEVICES)  # reads have effects there


class View:
    """The memory of a machine as it is now; it must not run while a view is in use."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._blocks: dict[int, bytes | None] = {}

    def read(self, address: int, size: int) -> bytes | None:
        """Return `size` bytes, None where they cannot all be read."""
        if address < 0 or address + size > 1 << 32:
            return None
        if any(address in peripherals for peripherals in _NOT_LOOKED_INTO):
            return None
        if address in SYSTEM:
            return self._ask(address, size)
        start = address - address % _BLOCK
        block = self._block(start)
        if block is None or address + size > start + _BLOCK:
            return self._ask(address, size)
        return block[address - start : address - start + size]

    def word(self, address: int) -> int | None:
        """Return the word at `address`."""
        data = self.read(address, WORD)
        return None if data is None else int.from_bytes(data, "little")

    def halfword(self, address: int) -> int | None:
        """Return the halfword at `address`."""
        data = self.read(address, 2)
        return None if data is None else int.from_bytes(data, "little")

    def _block(self, start: int) -> bytes | None:
        if start not in self._blocks:
            self._blocks[start] = self._ask(start, _BLOCK)
        return self._blocks[start]

    def _ask(self, address: int, size: int) -> bytes | None:
        try:
            return self._memory.read(address, size)
        except WorkbenchError:
            return None
