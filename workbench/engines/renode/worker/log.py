"""Renode's log, and which of its lines the next run tells of.

Those of a run, and those of what was done for the firmware since the run before: its platform was
built, bytes and levels were given to it. Not those of reading registers and memory from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class LogFile:
    """The file that Renode writes its log to, line by line; `flush` lets it hold all of it."""

    def __init__(self, flush: Callable[[], object]) -> None:
        self._flush = flush
        self._path: Path | None = None
        self._noted: list[tuple[int, int]] = []

    def open(self, path: str) -> bool:
        """Follow the file `path`; return whether no file was followed before."""
        is_first = self._path is None
        self._path = Path(path)
        return is_first

    def size(self) -> int:
        """Return how many bytes have been written."""
        try:
            return self._path.stat().st_size if self._path is not None else 0
        except OSError:
            return 0

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Within, what is logged is for the next run to tell."""
        self._flush()
        begin = self.size()
        try:
            yield
        finally:
            self._flush()
            if self.size() > begin:
                self._noted.append((begin, self.size()))

    def take(self) -> list[tuple[int, int]]:
        """Return the places of what was noted, each as two byte offsets, and forget them."""
        noted, self._noted = self._noted, []
        return noted

    def forget(self) -> None:
        """Another machine: what was noted is not about it."""
        self._noted = []
