"""What a block of the part reaches over the bus: its master ports, and flash that it erases."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engines.embedded.bus import Bus, BusError
from workbench.engines.embedded.machine import EmbeddedMachine
from workbench.platform.bus_masters import BusMasters, Reach
from workbench.repl.description import Entry

ERASED = b"\xff"


class MasterPort:
    """A bus master: see `workbench.peripheral.BusMaster`.

    It never writes flash: only a flash controller programs it. The first refusal is warned of.
    """

    def __init__(self, bus: Bus, reach: Reach, name: str, warn: Callable[[str], None]) -> None:
        self._bus = bus
        self._reach = reach
        self._name = name
        self._warn = warn
        self._warned = False

    def read(self, address: int, size: int) -> bytes | None:
        """Return the bytes, None for a bus error."""
        try:
            if self._reaches(address, size):
                return self._bus.read(address, size)
        except BusError:
            pass
        self._refuse("read", address)
        return None

    def write(self, address: int, data: bytes) -> bool:
        """Store the bytes; False for a bus error, with nothing stored."""
        try:
            if self._reaches(address, len(data)) and self._is_there(address, len(data)):
                self._bus.write(address, data)
                return True
        except BusError:
            pass
        self._refuse("write", address)
        return False

    def _reaches(self, address: int, size: int) -> bool:
        return any(one.holds(address, size) for one in self._reach)

    def _is_there(self, address: int, size: int) -> bool:
        """Return whether something answers at the last byte too, so that no half is written."""
        last = address + size - 1
        return self._bus.range_at(last) is not None or self._bus.window_at(last) is not None

    def _refuse(self, access: str, address: int) -> None:
        if self._warned:
            return
        self._warned = True
        shown, window = self._bus.range_at(address), self._bus.window_at(address)
        where = shown.store.name if shown else window.name if window else "nothing is there"
        self._warn(
            f"{self._name}: bus error: this bus master cannot {access} 0x{address:08x} ({where}), "
            "nothing was moved"
        )


class BusAccess:
    """The bus as the block `entry` sees it."""

    def __init__(self, machine: EmbeddedMachine, entry: Entry, masters: BusMasters) -> None:
        self._machine = machine
        self._entry = entry
        self._masters = masters
        self._warned = False

    def master(self, port: str = "") -> MasterPort:
        """Return the master port `port` with the reach that the platform gives it."""
        reach = self._masters.reach(self._entry, port)
        name = f"{self._entry.name} ({port} port)" if port else self._entry.name
        return MasterPort(self._machine.bus, reach, name, self._machine.warn)

    def erase_flash(self, address: int, size: int) -> bool:
        """Erase what is flash of the `size` bytes at `address`; False where none is."""
        bus = self._machine.bus
        shown = bus.range_at(address)
        if shown is None or not shown.store.is_flash:
            if not self._warned:
                self._warned = True
                self._machine.warn(
                    f"{self._entry.name}: there is no flash to erase at 0x{address:08x}, "
                    "nothing was erased"
                )
            return False
        bus.program(address, ERASED * (min(address + size, shown.end) - address))
        self._machine.code_changed()
        return True


class _NoBus:
    """For a gate between wires, which is not on the bus."""

    def master(self, port: str = "") -> MasterPort:
        raise NotImplementedError

    def erase_flash(self, address: int, size: int) -> bool:
        return False


NO_BUS = _NoBus()
