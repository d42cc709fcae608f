"""What a hand can do on a board: press its buttons, put levels on the pins of its ports."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.engines.base import Engine
from workbench.errors import UserError
from workbench.platform import Platform
from workbench.repl.description import Entry

_LEVELS = {"1": True, "high": True, "true": True, "0": False, "low": False, "false": False}


@dataclass(frozen=True)
class Drive:
    """A level on a pin of a GPIO port, put there from outside."""

    port: str
    pin: int
    level: bool

    def apply(self, engine: Engine) -> None:
        """Set the level of the pin."""
        engine.drive(self.port, self.pin, self.level)


def button(platform: Platform, name: str, pressed: bool) -> tuple[Drive, ...]:
    """Return what a button drives while it is pressed, or while it is not.

    name: as in the .repl; Renode's longer form, `sysbus.gpioPortA.userButton`, is taken too.
    Raises UserError where there is no such button, or where it is connected to nothing.
    """
    entry = _entry(platform, name, platform.buttons, "button")
    if not entry.wires:
        raise UserError(
            f"{entry.location.file}:{entry.location.line}: the button {entry.name} is connected "
            "to nothing",
            "add a line such as `-> gpioPortA@0` to it",
        )
    level = pressed != bool(entry.properties.get("invert", False))
    return tuple(Drive(wire.target, wire.pin, level) for wire in entry.wires)


def pin(platform: Platform, port: str, number: int, level: bool) -> Drive:
    """Return a level on a pin of a port, by the port's name in the .repl. Raises UserError for
    others.
    """
    return Drive(_entry(platform, port, platform.ports, "GPIO port").name, number, level)


def parse_level(text: str) -> bool:
    """Return whether `text` is a high level: 1, 0, high, low, true, false."""
    level = _LEVELS.get(text.strip().lower())
    if level is None:
        raise UserError(f"'{text}' is not a level of a pin", "write high or low, 1 or 0")
    return level


def _entry(platform: Platform, name: str, known: tuple[str, ...], kind: str) -> Entry:
    own = name.rpartition(".")[2]
    if own not in known:
        there = f"there are: {', '.join(known)}" if known else f"its .repl has no {kind}"
        raise UserError(f"{platform.name} has no {kind} '{name}'", there)
    return platform.description.entries[own]
