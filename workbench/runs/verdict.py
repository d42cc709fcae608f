"""What is a failed check, for every face: firmware that does not end well.

A crash, an exit code other than 0 and a model that does not start are failed checks wherever they
are seen: `run`, `measure`, `profile`, `parity`, `bench`, `classify`, Robot Framework and pytest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import CheckFailedError, LinkError
from workbench.fault.explanation import Explanation, explain
from workbench.fault.text import lines
from workbench.machine import LoadedMachine, capture


def explain_end(machine: LoadedMachine) -> Explanation:
    """Return why the last run of `machine` ended; it must stand where it did."""
    return explain(capture(machine, machine.stopped))


def require_good_end(failure: str) -> None:
    """Raise CheckFailedError for what went wrong in a run, after all that it showed; "" is fine."""
    if failure:
        raise CheckFailedError(f"then {failure}")


@contextmanager
def failures_explained(machine: LoadedMachine) -> Iterator[None]:
    """Within, a failed check or a missing answer comes with the crash that led to it, if one did,
    and with what the engine has warned of.
    """
    try:
        yield
    except (CheckFailedError, LinkError) as error:
        crash = explain_end(machine).diagnosis if machine.stopped is not None else None
        if crash is None:
            error.warnings = machine.warnings
            raise
        raise CheckFailedError(error.message, error.hint, lines(crash), machine.warnings) from error
