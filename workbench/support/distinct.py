"""Texts that are shown once, however often they come."""

from __future__ import annotations

from collections.abc import Iterable


class Distinct:
    """Texts in the order in which they first came, each once."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = dict.fromkeys(texts)

    def add(self, texts: Iterable[str]) -> tuple[str, ...]:
        """Add `texts`, and return those that had not come before."""
        new = tuple(text for text in dict.fromkeys(texts) if text not in self._texts)
        self._texts.update(dict.fromkeys(new))
        return new

    @property
    def all(self) -> tuple[str, ...]:
        """All texts that have come."""
        return tuple(self._texts)
