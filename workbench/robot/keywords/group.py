"""What all groups of keywords work on."""

from __future__ import annotations

from workbench.dut import DeviceUnderTest
from workbench.errors import UserError
from workbench.robot.outcome import Outcome


class KeywordGroup:
    """Keywords about one thing; `Workbench` has all groups.

    outcome: what is noted of the test that runs. machine: the device under test, None before
    firmware is loaded.
    """

    def __init__(self) -> None:
        self.outcome = Outcome()
        self.machine: DeviceUnderTest | None = None

    @property
    def device(self) -> DeviceUnderTest:
        """The device under test; raises UserError before firmware is loaded."""
        if self.machine is None:
            raise UserError("no firmware is loaded", "use Load Firmware or Boot Firmware before")
        return self.machine
