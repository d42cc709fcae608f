"""A crash is a failed check: errors that tell why the firmware crashed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from workbench.errors import CheckFailedError, LinkError
from workbench.fault.diagnosis import Diagnosis, diagnose
from workbench.fault.text import lines
from workbench.gauge import Probe
from workbench.image import Image
from workbench.platform import Platform


@contextmanager
def crash_told(probe: Probe, image: Image, platform: Platform) -> Iterator[None]:
    """Within, a failed check or a missing answer says of a crash what led to it, and what the
    engine has warned of.
    """
    try:
        yield
    except (CheckFailedError, LinkError) as error:
        stopped = probe.stopped
        crash = diagnose(probe, image, platform, stopped) if stopped is not None else None
        warnings = (f"warning: {text}" for text in probe.warnings)
        error.message = "\n".join((error.message, *(lines(crash) if crash else ()), *warnings))
        if crash is None:
            raise
        raise CheckFailedError(error.message, error.hint) from error


def require_good_end(crash: Diagnosis | None, exit_code: int | None = None) -> None:
    """Raise CheckFailedError where a run, after all that it showed, ended in a crash.

    exit_code: what the firmware ended itself with; any but 0 is its own verdict.
    """
    if crash is not None:
        raise CheckFailedError("\n".join(("then the firmware crashed:", *lines(crash))))
    if exit_code:
        raise CheckFailedError(f"then the firmware ended itself with exit code {exit_code}")
