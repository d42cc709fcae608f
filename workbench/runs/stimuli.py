"""What happens to a board from outside at given moments of a run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from workbench.engines.base import Instructions, Limit, Seconds, Stop, StopKind, StopReason
from workbench.errors import UserError
from workbench.machine import LoadedMachine
from workbench.platform import Platform
from workbench.runs import controls
from workbench.runs.controls import Drive
from workbench.runs.limits import left_of, parse_seconds

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
        self._now, self._issued = 0.0, 0  # when the last run ended

    def run(self, until: Stop, limit: Limit) -> StopReason:
        """As `Engine.run`; a core that sleeps is not at its end while something is to come."""
        while True:
            self._apply_what_is_due()
            is_last = not self._coming
            piece = limit if is_last else self._until_next(limit)
            reason = self._engine.run(until if is_last else replace(until, idle=False), piece)
            left = self._left(limit, reason)
            if is_last or left is None or reason.kind is not StopKind.LIMIT:
                return reason
            limit = left

    def _apply_what_is_due(self) -> None:
        while self._coming and self._coming[0].seconds - self._now < self._tick:
            self._coming.pop(0).drive.apply(self._engine)

    @property
    def _tick(self) -> float:
        return 0.5 / self._per_second

    def _until_next(self, limit: Limit) -> Limit:
        """The time to the next stimulus, or as much of it as the limit certainly allows."""
        allowed = (
            limit.count / self._per_second if isinstance(limit, Instructions) else limit.seconds
        )
        return Seconds(min(allowed, self._coming[0].seconds - self._now))

    def _left(self, limit: Limit, reason: StopReason) -> Limit | None:
        """What is left of `limit` after a run that ended so, None for nothing."""
        passed, self._now = reason.seconds - self._now, reason.seconds
        issued, self._issued = reason.instructions - self._issued, reason.instructions
        left = left_of(limit, issued, passed)
        return None if isinstance(left, Seconds) and left.seconds <= self._tick else left
