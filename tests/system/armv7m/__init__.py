"""What ARMv7-M fixes, rule by rule; docs/armv7m.md is made from the rules here."""

from __future__ import annotations

from . import thumb
from .rule import Rule

PROGRAMS: dict[str, tuple[str, tuple[Rule, ...]]] = {
    "thumb": ("The Thumb bit", thumb.RULES),
}
"""By the name of the program in `programs/`: the title of its rules, and the rules."""

NOT_MODELLED = (
    "EXC_RETURN with bits 27 to 5 that are not all 1 (UNPREDICTABLE): INVPC from 0xFF000000 on, "
    "below that a fetch from memory that must not be executed.",
)
