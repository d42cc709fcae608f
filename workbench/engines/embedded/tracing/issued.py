"""How many instructions were issued, exact even inside a block."""

from __future__ import annotations

from workbench.armv7m import thumb
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.bus import PAGE, Bus, BusError
from workbench.engines.embedded.unicorn.core import Core


class IssuedInstructions:
    """Counts by the blocks of the tracer, which are counted whole when they begin."""

    def __init__(self, core: Core, bus: Bus, state: BlockState) -> None:
        self._core = core
        self._bus = bus
        self._state = state
        # By page: (start, size) of a block -> its instructions' numbers
        self._positions: dict[int, dict[tuple[int, int], dict[int, int]]] = {}

    def now(self) -> int:
        """Return what was issued since reset; inside a device access the one that accesses is
        included.
        """
        state = self._state
        if not self._core.in_callback:
            return state.count
        position = self._position(state.address, state.size).get(self._core.pc)
        if position is None:
            return state.count
        return state.count - state.instructions + position

    def forget(self) -> None:
        """Code may have changed anywhere."""
        self._positions.clear()

    def forget_page(self, address: int) -> None:
        """Code may have changed in the page of `address`, where a block may begin a page before."""
        for page in (address // PAGE - 1, address // PAGE):
            self._positions.pop(page, None)

    def _position(self, address: int, size: int) -> dict[int, int]:
        """Map each instruction address of a block to its number in it, from 1."""
        blocks = self._positions.setdefault(address // PAGE, {})
        found = blocks.get((address, size))
        if found is None:
            code = self._read_code(address, size)
            found = {
                address + offset: number
                for number, (offset, *_) in enumerate(thumb.instructions(code), start=1)
            }
            blocks[address, size] = found
        return found

    def _read_code(self, address: int, size: int) -> bytes:
        try:
            return self._bus.read(address, size)
        except BusError:
            return b"\0" * size  # a jump to nowhere: the fetch faults, nothing is counted
