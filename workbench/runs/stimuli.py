"""What happens to a board from outside at given moments of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from workbench.engines.base import Limit, Stop, StopKind, StopReason
from workbench.errors import UserError
from workbench.machine import LoadedMachine
from workbench.platform import Platform
from workbench.runs import controls
from workbench.runs.controls import Drive
from workbench.runs.limits import Allowance, at_most, parse_seconds

HELD = 0.1  # seconds that a button is pressed, where nothing else is said: firmware debounces
_PRESS = re.compile(r"(?P<name>[^@]+)@(?P<at>[^+]+)(?:\+(?P<held>.+))?")
_PIN = re.compile(r"(?P<port>[^=@]+)@(?P<pin>\d+)=(?P<level>[^@]+)@(?P<at>.+)")


@dataclass(frozen=True)
class TimedDrive:
    """What is driven when `seconds` of virtual time have passed since power-on."""

    seconds: float
    drive: Drive


def parse_press(text: str, platform: Platform) -> list[TimedDrive]:
    """Read `NAME@WHEN` or `NAME@WHEN+HOW_LONG`: a button that is pressed and released."""
    match = _PRESS.fullmatch(text.strip())
    if match is None:
        raise UserError(
            f"'{text}' does not say which button is pressed when",
            "write NAME@TIME or NAME@TIME+TIME, such as userButton@200ms+50ms",
        )
    begin = parse_seconds(match["at"])
    end = begin + (parse_seconds(match["held"]) if match["held"] else HELD)
    return [
        TimedDrive(seconds, drive)
        for seconds, pressed in ((begin, True), (end, False))
        for drive in controls.button(platform, match["name"].strip(), pressed)
    ]


def parse_pin(text: str, platform: Platform) -> list[TimedDrive]:
    """Read `PORT@PIN=LEVEL@WHEN`: a level that stays on a pin from then on."""
    match = _PIN.fullmatch(text.strip())
    if match is None:
        raise UserError(
            f"'{text}' does not say which pin gets which level when",
            "write PORT@PIN=LEVEL@TIME, such as gpioPortA@3=high@200ms",
        )
    level = controls.parse_level(match["level"])
    drive = controls.pin(platform, match["port"].strip(), int(match["pin"]), level)
    return [TimedDrive(parse_seconds(match["at"]), drive)]


class StimulatedRun:
    """Runs a machine that has just been loaded, and lets the stimuli happen on the way."""

    def __init__(self, machine: LoadedMachine, stimuli: Iterable[TimedDrive]) -> None:
        self._engine = machine.engine
        # Instructions of a core that does not sleep
        self._per_second = machine.platform.mips * 1_000_000
        self._coming = sorted(stimuli, key=lambda one: one.seconds)

    def run(self, until: Stop, limit: Limit) -> StopReason:
        """As `Engine.run`; a core that sleeps is not at its end while something is to come."""
        allowance = Allowance(limit, self._engine, self._tick)
        while True:
            self._apply_what_is_due()
            is_last = not self._coming
            piece = limit if is_last else at_most(limit, self._until_next, self._per_second)
            reason = self._engine.run(until if is_last else replace(until, idle=False), piece)
            left = allowance.left
            if is_last or left is None or reason.kind is not StopKind.LIMIT:
                return reason
            limit = left

    def _apply_what_is_due(self) -> None:
        while self._coming and self._until_next < self._tick:
            self._coming.pop(0).drive.apply(self._engine)

    @property
    def _tick(self) -> float:
        return 0.5 / self._per_second

    @property
    def _until_next(self) -> float:
        """Virtual time up to the next stimulus."""
        return self._coming[0].seconds - self._engine.seconds
