"""The host build of the micro interpreter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware.runtime.building import SOURCES, build
from tests.firmware.runtime.runner import Runner


@pytest.fixture(scope="session")
def runner_executable() -> Path:
    """The runner with the address and undefined-behaviour sanitizers."""
    return build(SOURCES, "c++", "runtime_runner", "-DSANITIZE=ON")


@pytest.fixture(scope="session")
def runner(runner_executable: Path) -> Iterator[Runner]:
    """One process for all tests; it restarts after a crash."""
    with Runner(runner_executable) as runner:
        yield runner
