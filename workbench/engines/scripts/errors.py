"""What is wrong with a script, before it is said of which block of which file it is."""

from __future__ import annotations


class ScriptError(Exception):
    """A script does what fails; `line` counts from 1 within the script."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


class BeyondSubsetError(ScriptError):
    """A script uses what is not interpreted; `message` names it."""
