"""What a test needs of the machine: where it is not there the test is skipped, with a reason."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from workbench.engines.renode.discovery import discover
from workbench.engines.renode.installations import RenodeInstallation
from workbench.errors import EngineUnavailableError


def program(name: str, places: str | None = None) -> str:
    """Return the path of the program `name`, on PATH or in these `places`."""
    path = shutil.which(name, path=places)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def gcc(release: int) -> None:
    """Need arm-none-eabi-gcc of this release or a later one."""
    said = subprocess.check_output([program("arm-none-eabi-gcc"), "-dumpversion"], text=True)
    if int(said.split(".")[0]) < release:
        pytest.skip(f"needs arm-none-eabi-gcc {release}, here is {said.strip()}")


def renode() -> RenodeInstallation:
    """Return the Renode of this machine."""
    try:
        return discover()
    except EngineUnavailableError as error:
        pytest.skip(f"needs Renode: {error.message}")
