"""Limits of a run: as users write them (`5s`, `200ms`, `10Minstr`, `250000`), and used up."""

from __future__ import annotations

import math
import re

from workbench.engines.base import Instructions, Limit, Seconds, left_of
from workbench.engines.wrapper import EngineWrapper
from workbench.errors import UserError

_SCALES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0}
_NUMBER = r"(?P<number>\d[\d_]*(?:\.\d+)?)"
_IN_INSTRUCTIONS = re.compile(_NUMBER + r"\s*(?P<scale>[kMG]?)(?:instr(?:uctions)?)?")
_IN_SECONDS = re.compile(_NUMBER + r"\s*(?P<unit>us|ms|s|min)")


class Allowance:
    """What is left of a limit while a machine runs in several goes; it begins where it is made."""

    def __init__(self, limit: Limit, machine: EngineWrapper, tick: float = 0.0) -> None:
        """tick: seconds of virtual time that are too short to run for."""
        self._limit = limit
        self._machine = machine
        self._tick = tick
        self._instructions, self._seconds = machine.instructions, machine.seconds

    @property
    def left(self) -> Limit | None:
        """What the machine may still run for, None for nothing."""
        issued = self._machine.instructions - self._instructions
        left = left_of(self._limit, issued, self._machine.seconds - self._seconds)
        return None if isinstance(left, Seconds) and left.seconds <= self._tick else left


def at_most(limit: Limit, seconds: float, per_second: float) -> Limit:
    """Return `seconds` of virtual time, or as much of them as `limit` certainly allows.

    per_second: instructions of a core that does not sleep.
    """
    allowed = limit.count / per_second if isinstance(limit, Instructions) else limit.seconds
    return Seconds(min(allowed, seconds))


def parse_seconds(text: str) -> float:
    """Return the time in seconds that `text` states; UserError where it states none."""
    seconds = _seconds(text)
    if seconds is None:
        raise UserError(f"'{text}' is not a time", "write it with a unit: 200us, 200ms, 1.5s")
    return seconds


def _seconds(text: str) -> float | None:
    match = _IN_SECONDS.fullmatch(text.strip())
    if match is None:
        return None
    seconds = float(match["number"].replace("_", "")) * _SECONDS[match["unit"]]
    return seconds if 0 < seconds < math.inf else None


def parse_limit(text: str) -> Limit:
    """Return the limit that `text` states: virtual seconds with a unit, else instructions.

    Raises UserError for anything else, and for a limit of nothing.
    """
    seconds = _seconds(text)
    if seconds is not None:
        return Seconds(seconds)
    if match := _IN_INSTRUCTIONS.fullmatch(text.strip()):
        count = float(match["number"].replace("_", "")) * _SCALES[match["scale"]]
        if count >= 1:
            return Instructions(round(count))
    raise UserError(
        f"'{text}' is not a limit",
        "write virtual time (5s, 200ms, 1min) or instructions (10Minstr, 250kinstr, 5000)",
    )
