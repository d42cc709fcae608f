"""What the firmware has sent: a file that the core's thread appends to, byte by byte."""

from __future__ import annotations

from pathlib import Path


class Console:
    """Follows the file; `take` is for the engine, `new` for whoever looks for a pattern."""

    def __init__(self, path: str) -> None:
        Path(path).touch()
        self._file = Path(path).open("rb", buffering=0)  # noqa: SIM115  open as long as the worker
        self._watched = 0  # how far `new` has looked
        self._taken = 0

    def take(self) -> bytes:
        """Return what was not taken yet."""
        data = self._from(self._taken)
        self._taken += len(data)
        return data

    def watch(self) -> None:
        """Let `new` begin after all that was sent so far."""
        self._watched += len(self._from(self._watched))

    def new(self) -> bytes:
        """Return what was sent since `watch` or the last call."""
        data = self._from(self._watched)
        self._watched += len(data)
        return data

    def _from(self, offset: int) -> bytes:
        self._file.seek(offset)
        return self._file.read()
