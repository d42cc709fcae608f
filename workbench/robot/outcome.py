"""What happened to a test besides its status: evidence, transcript, and whose fault it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from robot.api import Failure

from workbench.errors import CheckFailedError, WorkbenchError


class KeywordFailure(Failure):
    """What a keyword raises: Robot Framework shows its message without the type's name."""

    ROBOT_SUPPRESS_NAME = True


@dataclass
class Outcome:
    """Filled while a test runs.

    `broken` holds the message where something other than the firmware failed: a missing file, an
    engine that is not there or died. `engine` is the one that was used, `board` the platform, and
    `kernels` what the firmware says of itself, "" where it does not. `evidence` is what was logged,
    `transcript` the console. `warnings` are those of the engine that came in this test first.
    """

    engine: str = ""
    board: str = ""
    kernels: str = ""
    broken: str = ""
    evidence: str = ""
    transcript: str = ""
    warnings: list[str] = field(default_factory=list)

    @contextmanager
    def of_keyword(self) -> Iterator[None]:
        """Turn errors of the workbench into failures, and note those that are not failed checks."""
        try:
            yield
        except WorkbenchError as error:
            if error.exit_code != CheckFailedError.exit_code:
                self.broken = self.broken or str(error)
            raise KeywordFailure(str(error)) from error
