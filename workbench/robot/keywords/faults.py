"""Keywords for faults."""

from __future__ import annotations

from robot.api.deco import keyword

from workbench.dut import checks
from workbench.robot.keywords.group import KeywordGroup
from workbench.runs.limits import parse_limit


class FaultKeywords(KeywordGroup):
    """Check which fault the core has taken."""

    @keyword
    def firmware_should_not_fault(self) -> None:
        """The core has taken no fault since reset."""
        with self.outcome.of_keyword():
            checks.should_not_have_faulted(self.device.diagnosis)

    @keyword
    def fault_should_be(self, kind: str, function: str | None = None, limit: str = "10s") -> None:
        """The core has taken this fault, or takes it within the limit.

        ``kind`` is an exception (UsageFault, BusFault, MemManage, HardFault), the one that was
        taken or the one that was escalated, or a cause as the manual spells it (UNDEFINSTR,
        DIVBYZERO, PRECISERR, ...), or StackOverflow or Lockup; ``function`` is where.
        """
        with self.outcome.of_keyword():
            checks.fault_should_be(self.device.wait_for_fault(parse_limit(limit)), kind, function)

    @keyword
    def break_function(self, name: str) -> None:
        """Put an undefined instruction at the start of a function: what happens when it crashes?"""
        with self.outcome.of_keyword():
            self.device.break_function(name)
