"""Keywords for snapshots."""

from __future__ import annotations

from robot.api.deco import keyword

from workbench.dut import DeviceSnapshot
from workbench.errors import UserError
from workbench.robot.keywords.group import KeywordGroup


class SnapshotKeywords(KeywordGroup):
    """Keep states of the machine, and go back to them."""

    def __init__(self) -> None:
        super().__init__()
        self._snapshots: dict[str, DeviceSnapshot] = {}

    def forget_snapshots(self) -> None:
        """Drop all snapshots: they are of another image."""
        self._snapshots.clear()

    @keyword
    def take_snapshot(self, name: str = "snapshot") -> None:
        """Keep the whole state of the machine under a name."""
        with self.outcome.of_keyword():
            self._snapshots[name] = self.device.snapshot()

    @keyword
    def restore_snapshot(self, name: str = "snapshot") -> None:
        """Go back to a state that was kept; counts, time and console go back with it."""
        with self.outcome.of_keyword():
            if name not in self._snapshots:
                raise UserError(f"no snapshot '{name}'", "take it first, after the last load")
            self.device.restore(self._snapshots[name])
