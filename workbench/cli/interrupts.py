"""Ctrl-C that Python would lose."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_AGAIN_SECONDS = 0.02


@contextmanager
def lost_interrupts(lost: list[BaseException]) -> Iterator[None]:
    """Put into `lost` each Ctrl-C that came in a callback from C, where exceptions are dropped.

    An engine's peripherals are such callbacks. The interrupt comes again a moment later, so that
    what runs is ended.
    """
    timers: list[threading.Timer] = []

    def unraisable(said: sys.UnraisableHookArgs) -> None:
        if not isinstance(said.exc_value, KeyboardInterrupt):
            before(said)
            return
        lost.append(said.exc_value)
        timers.append(threading.Timer(_AGAIN_SECONDS, os.kill, (os.getpid(), signal.SIGINT)))
        timers[-1].start()

    before, sys.unraisablehook = sys.unraisablehook, unraisable
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        sys.unraisablehook = before


def interrupted(error: BaseException | None) -> bool:
    """Return whether a Ctrl-C led to `error`: in a class body, Python makes it a RuntimeError."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None
