"""Keywords for what firmware costs: instructions, time, memory."""

from __future__ import annotations

from robot.api.deco import keyword

from workbench.dut import checks
from workbench.robot.keywords.group import KeywordGroup
from workbench.robot.quantities import parse_count, parse_frequency
from workbench.runs.limits import parse_seconds


class CostKeywords(KeywordGroup):
    """Hold the firmware to a budget."""

    @keyword
    def instructions_should_be_at_most(self, limit: str, function: str | None = None) -> int:
        """No inference so far took more instructions; returns how many the longest took.

        With a ``function``, no call of it that has ended since reset did. Without, firmware that
        does not speak the workbench's protocol is held to all that it has executed since reset.
        """
        with self.outcome.of_keyword():
            seen = self.device.instructions_of(function)
            checks.instructions_should_be_at_most(seen, parse_count(limit))
            return checks.most_instructions(seen)

    @keyword
    def latency_should_be_at_most(
        self, limit: str, at: str | None = None, function: str | None = None
    ) -> float:
        """The inference of the last input takes no longer at a core clock, such as ``at=64 MHz``.

        The latency is modelled from the instructions of that inference, which is run once more
        behind it; then the machine is put back, so that what the model keeps from one input to the
        next (variables, LSTM, SVDF) has seen each input once. The upper end of the interval counts.
        Returns the best estimate in seconds. Without ``at``
        the clock is the platform's. With a ``function``, its first call since reset is what counts;
        without, of firmware that does not speak the workbench's protocol all since reset.
        """
        with self.outcome.of_keyword():
            latency = self.device.latency(parse_frequency(at) if at else None, function)
            checks.latency_should_be_at_most(latency, parse_seconds(limit))
            return latency.seconds

    @keyword
    def arena_should_be_at_most(self, limit: str) -> int:
        """The model uses no more bytes of the tensor arena; returns how many it uses."""
        with self.outcome.of_keyword():
            used = self.device.hello.arena_used
            checks.at_most("bytes of arena used", used, parse_count(limit))
            return used

    @keyword
    def stack_should_be_at_most(self, limit: str) -> int:
        """The main stack has not grown beyond so many bytes; returns its peak so far.

        Firmware that speaks the workbench's protocol says it. Any other is run once more on a
        stack that was filled with a pattern.
        """
        with self.outcome.of_keyword():
            peak = self.device.stack_peak()
            checks.at_most("bytes of stack", peak, parse_count(limit))
            return peak

    @keyword
    def flash_should_be_at_most(self, limit: str) -> int:
        """Code, constants and model take no more bytes of flash; returns how many they take."""
        with self.outcome.of_keyword():
            size = self.device.footprint.flash
            checks.at_most("bytes of flash", size, parse_count(limit))
            return size

    @keyword("RAM Should Be At Most")
    def ram_should_be_at_most(self, limit: str) -> int:
        """Data, arena and stack take no more bytes of RAM; returns how many they take."""
        with self.outcome.of_keyword():
            size = self.device.footprint.ram
            checks.at_most("bytes of RAM", size, parse_count(limit))
            return size

    @keyword
    def instructions_since_reset(self) -> int:
        """Return the instructions issued since reset."""
        with self.outcome.of_keyword():
            return self.device.instructions
