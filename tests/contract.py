"""What every engine does alike: run on the embedded one, on Renode's, and on the tests' doubles."""

from __future__ import annotations

import math

import pytest

from workbench.engines.base import NO_TRACE, Engine, Instructions, Seconds
from workbench.errors import UserError


def limits_are_above_nothing() -> None:
    """No engine is given a limit of nothing: it cannot be made."""
    for count in (0, -1):
        with pytest.raises(UserError, match="executes nothing"):
            Instructions(count)
    for seconds in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(UserError, match="executes nothing or never ends"):
            Seconds(seconds)


def traces_are_started_before_they_are_read(engine: Engine) -> None:
    """`engine` has loaded an image and records nothing."""
    for read in (engine.stop_trace, engine.mark_trace):
        with pytest.raises(UserError, match=NO_TRACE):
            read()


def a_trace_ends_once(engine: Engine) -> None:
    """`engine` has loaded an image and can record."""
    engine.start_trace()
    engine.mark_trace()
    engine.stop_trace()
    traces_are_started_before_they_are_read(engine)
