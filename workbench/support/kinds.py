"""What a value in a file of the user's may be: its type and its range, said in words.

`str(kind)` completes the sentence "write ...".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

LAST_ADDRESS = 0xFFFF_FFFF


class Kind(Protocol):
    """One kind of value."""

    def accepts(self, value: object) -> bool:
        """Return whether `value` is of this kind."""


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`, a multiple of `step`."""

    low: int
    high: int
    step: int = 1

    def accepts(self, value: object) -> bool:
        return type(value) is int and self.low <= value <= self.high and not value % self.step

    def __str__(self) -> str:
        shown = "{:#x}" if self.high == LAST_ADDRESS else "{:,}"
        steps = f" that {self.step} divides" if self.step > 1 else ""
        return f"a whole number from {shown.format(self.low)} to {shown.format(self.high)}{steps}"


@dataclass(frozen=True)
class Flag:
    """True or false."""

    def accepts(self, value: object) -> bool:
        return isinstance(value, bool)

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True)
class Text:
    """A text of one line, or of several."""

    most: int = 400
    lines: bool = False

    def accepts(self, value: object) -> bool:
        if not isinstance(value, str) or len(value) > self.most:
            return False
        return self.lines or value.isprintable()

    def __str__(self) -> str:
        what = "a text" if self.lines else "a text on one line"
        return f"{what}, of at most {self.most} characters"


@dataclass(frozen=True)
class Choice:
    """One of a few values."""

    options: tuple[object, ...]

    def accepts(self, value: object) -> bool:
        return any(type(value) is type(one) and value == one for one in self.options)

    def __str__(self) -> str:
        return " or ".join(f'"{one}"' if isinstance(one, str) else str(one) for one in self.options)


@dataclass(frozen=True)
class Several:
    """A list of `least` to `most` values of one kind; ascending, each above the one before it."""

    kind: Kind
    least: int
    most: int
    ascending: bool = False

    def accepts(self, value: object) -> bool:
        return (
            isinstance(value, list)
            and self.least <= len(value) <= self.most
            and all(map(self.kind.accepts, value))
            and (not self.ascending or value == sorted(set(value)))
        )

    def __str__(self) -> str:
        count = f"{self.least}" if self.least == self.most else f"{self.least} to {self.most}"
        order = ", ascending" if self.ascending else ""
        return f"a list of {count} values{order}, each {self.kind}"


@dataclass(frozen=True)
class Named:
    """A table of names of the user's, each with a value of one kind."""

    kind: Kind
    most: int = 256

    def accepts(self, value: object) -> bool:
        return (
            isinstance(value, Mapping)
            and len(value) <= self.most
            and all(map(self.kind.accepts, value.values()))
        )

    def __str__(self) -> str:
        return f"a table of names, each with {self.kind}"


@dataclass(frozen=True)
class Table:
    """A table whose reader checks what is in it."""

    def accepts(self, value: object) -> bool:
        return isinstance(value, Mapping)

    def __str__(self) -> str:
        return "a table"
