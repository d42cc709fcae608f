"""Keywords for buttons and pins."""

from __future__ import annotations

from robot.api.deco import keyword

from workbench.robot.keywords.group import KeywordGroup
from workbench.runs.controls import parse_level
from workbench.runs.limits import parse_limit


class PinKeywords(KeywordGroup):
    """Put levels on pins, from outside."""

    @keyword
    def press_button(self, name: str) -> None:
        """Press a button, by its name in the .repl; it is held until `Release Button`."""
        with self.outcome.of_keyword():
            self.device.press_button(name)

    @keyword
    def release_button(self, name: str) -> None:
        """Release a button, by its name in the .repl."""
        with self.outcome.of_keyword():
            self.device.release_button(name)

    @keyword
    def press_and_release_button(self, name: str, held: str = "100ms") -> None:
        """Press a button, let the machine run while it is ``held``, and release it."""
        with self.outcome.of_keyword():
            self.device.press_and_release_button(name, parse_limit(held))

    @keyword
    def set_pin(self, port: str, pin: int, level: str) -> None:
        """Put a level, ``high`` or ``low``, on a pin of a GPIO port; it stays until set anew.

        | Set Pin    gpioPortA    3    high
        """
        with self.outcome.of_keyword():
            self.device.set_pin(port, pin, parse_level(level))
