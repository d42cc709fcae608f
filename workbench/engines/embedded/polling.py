"""What the firmware is waiting for: the device register that it reads over and over."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.engines.embedded.bus import Window
from workbench.engines.embedded.peripherals.generic.storage import Storage
from workbench.peripheral import Peripheral

ENOUGH = 1000  # reads in a row that cannot be chance: drivers try tens of times


class Polling:
    """Counts reads of one register that nothing else on the bus comes between."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._address, self._value, self._times = -1, 0, 0
        self._window: Window | None = None

    def read(self, window: Window, address: int, value: int) -> None:
        """The firmware has read `value` at `address`."""
        if address == self._address and value == self._value:
            self._times += 1
        else:
            self._window, self._address, self._value, self._times = window, address, value, 1

    def wrote(self) -> None:
        """The firmware has written to a device: it does more than wait."""
        self._times = 0

    def describe(self, peripherals: Mapping[str, Peripheral]) -> str:
        """Say what is waited for, "" where nothing is."""
        if self._window is None or self._times < ENOUGH:
            return ""
        name = self._window.name
        model = peripherals.get(name)
        start = model.context.address if model is not None else self._window.start
        said = (
            f"waits for a change of 0x{self._address:08x} ({name} + "
            f"0x{self._address - start:02x}): read {self._times:,} times in a row, "
            f"always 0x{self._value:08x}"
        )
        if isinstance(model, Storage):
            said += (
                f"; {name} has no model, it is plain storage: a Python.PythonPeripheral in its "
                "place in the .repl can give what the firmware waits for"
            )
        return said
