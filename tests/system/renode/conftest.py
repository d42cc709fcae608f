"""A Renode, where there is one, and a small firmware that shows what an engine must show."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from workbench import platform
from workbench.engines.renode import RenodeEngine, discover
from workbench.errors import EngineUnavailableError
from workbench.image import Image

HERE = Path(__file__).parent
COMPILER = "arm-none-eabi-gcc"
FLAGS = (
    "-mcpu=cortex-m4",
    "-mthumb",
    "-O2",
    "-g",
    "-ffreestanding",
    "-nostdlib",
    "-Wall",
    "-Werror",
)


@pytest.fixture(scope="session")
def installation():
    try:
        return discover()
    except EngineUnavailableError as error:
        pytest.skip(f"needs Renode: {error.message}")


@pytest.fixture(scope="session")
def probe_image(tmp_path_factory) -> Image:
    if shutil.which(COMPILER) is None:
        pytest.skip(f"needs {COMPILER}")
    elf = tmp_path_factory.mktemp("probe") / "probe.elf"
    command = [COMPILER, *FLAGS, "-T", HERE / "probe.ld", HERE / "probe.c", "-o", elf]
    subprocess.run(command, check=True, timeout=60)
    return Image.load(elf)


@pytest.fixture(scope="module")
def started(installation):
    """One Renode for the tests of a module: it takes seconds to start."""
    with RenodeEngine(installation) as engine:
        yield engine


@pytest.fixture
def probe(started, probe_image):
    """The probe at reset."""
    started.load(probe_image, platform.load("stm32f4_discovery"))
    return started
