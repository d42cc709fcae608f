"""What a test needs of the machine: where it is not there the test is skipped, with a reason."""

from __future__ import annotations

import shutil

import pytest

from workbench.engines.renode import RenodeInstallation, discover
from workbench.errors import EngineUnavailableError


def program(name: str) -> str:
    """Return the path of the program `name`."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def renode() -> RenodeInstallation:
    """Return the Renode of this machine."""
    try:
        return discover()
    except EngineUnavailableError as error:
        pytest.skip(f"needs Renode: {error.message}")
