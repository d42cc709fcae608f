"""The access that a script answers, under the names that Renode gives to it."""

from __future__ import annotations

from typing import Any

KINDS = ("INIT", "READ", "WRITE", "USER")

FIELDS = frozenset({"type", "value", "offset", "length", "absolute", "counter"})
QUESTIONS = frozenset(f"is{kind.capitalize()}" for kind in KINDS)


def canonical(name: str) -> str:
    """Return `value` for `Value`: Renode writes them small up to 1.16.0, large from then on."""
    return name[:1].lower() + name[1:]


class ScriptRequest:
    """One access, or INIT at reset of a peripheral that is `initable`."""

    def __init__(
        self, kind: str = "INIT", offset: int = 0, length: int = 4, value: int = 0
    ) -> None:
        self.type, self.value, self.offset, self.length = kind, value, offset, length
        self.absolute = self.counter = 0

    def __getattr__(self, name: str) -> Any:
        """`isRead` and `IsRead`, `value` and `Value`."""
        small = canonical(name)
        if small != name and small in FIELDS:
            return vars(self)[small]
        if small in QUESTIONS:
            return self.type == small[2:].upper()
        raise AttributeError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(canonical(name), value)
