"""The host build of the micro interpreter."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware.runtime.runner import Runner

SOURCES = Path(__file__).parent


@pytest.fixture(scope="session")
def runner_executable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runner with the address and undefined-behaviour sanitizers."""
    for tool in ("cmake", "ninja", "c++"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    build = tmp_path_factory.mktemp("runtime")
    configure = ["cmake", "-G", "Ninja", "-S", SOURCES, "-B", build, "-DSANITIZE=ON"]
    for command in (configure, ["cmake", "--build", build, "--parallel", "2"]):
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
    return build / "runtime_runner"


@pytest.fixture(scope="session")
def runner(runner_executable: Path) -> Iterator[Runner]:
    """One process for all tests; it restarts after a crash."""
    with Runner(runner_executable) as runner:
        yield runner
