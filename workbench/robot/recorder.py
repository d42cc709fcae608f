"""A listener that prints, in a line of JSON each, how the tests ended, for `workbench test`."""

from __future__ import annotations

import json
import signal
import sys
from typing import Any

from robot.errors import DataError
from robot.libraries.BuiltIn import BuiltIn

from workbench.robot.library import Workbench
from workbench.robot.outcome import Outcome
from workbench.support.owner_death import die_with_owner

PREFIX = "@workbench "
"""What a line of the recorder begins with; everything else on stdout is not ours."""

FINISHED = "finished"
"""The line with which a recorder ends: all tests that were to run have run."""


class Recorder:
    """Give it to Robot Framework as `--listener workbench.robot.recorder.Recorder`.

    A suite that cannot be executed as it is written is broken, no check of it has failed: an
    unknown keyword, a wrong number of arguments, a variable that is not there. Robot Framework
    raises DataError for these, and tells listeners only the message: they are called while that
    error is being handled.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self) -> None:
        die_with_owner(signal.SIGTERM)  # Robot Framework then ends the test, and what it started
        self._faults: list[str] = []  # of what is written in the suite

    def end_body_item(self, data: Any, result: Any) -> None:
        """A keyword, a loop or a branch has ended."""
        error = sys.exc_info()[1]
        if isinstance(error, DataError) and error.message not in self._faults:
            self._faults.append(error.message)

    def _broken(self, data: Any, result: Any) -> str:
        """What is wrong with the suite, "" where the message of the test is of something else."""
        faults = [*self._faults, *([data.error] if getattr(data, "error", None) else [])]
        return next((fault for fault in faults if fault in result.message), "")

    def end_test(self, data: Any, result: Any) -> None:
        """A test has ended: say so in a line of JSON."""
        outcome = _outcome()
        record = {
            "name": result.name,
            "status": result.status,
            "message": result.message,
            "seconds": result.elapsed_time.total_seconds(),
            "engine": outcome.engine,
            "board": outcome.board,
            "kernels": outcome.kernels,
            "broken": outcome.broken or self._broken(data, result),
            "transcript": outcome.transcript,
            "evidence": outcome.evidence,
            "warnings": outcome.warnings,
        }
        _tell(json.dumps(record))

    def close(self) -> None:
        """Called by Robot Framework when it is done: a process that ends before is not."""
        _tell(FINISHED)


def _tell(line: str) -> None:
    stream = sys.__stdout__
    if stream is not None:
        try:
            stream.write(f"{PREFIX}{line}\n")
            stream.flush()
        except BrokenPipeError:  # `workbench test` was killed: Robot Framework is to stop
            signal.raise_signal(signal.SIGTERM)


def _outcome() -> Outcome:
    """What our library, under whatever name the suite gave it, knows of the test."""
    libraries: Any = BuiltIn().get_library_instance(all=True)
    for instance in libraries.values():
        if isinstance(instance, Workbench):
            return instance.final_outcome()
    return Outcome()
