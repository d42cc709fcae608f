"""A Renode, where there is one, and a small firmware that shows what an engine must show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import needs
from tests.cross import BARE, CORE, STRICT, compile_elf
from workbench.engines.renode.engine import RenodeEngine
from workbench.image import Image
from workbench.platform import read_platform

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def installation():
    return needs.renode()


@pytest.fixture(scope="session")
def probe_image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    elf = tmp_path_factory.mktemp("probe") / "probe.elf"
    options = (*CORE, *BARE, *STRICT, "-O2", "-g", "-T", HERE / "probe.ld")
    return Image.from_file(compile_elf(elf, *options, HERE / "probe.c"))


@pytest.fixture(scope="module")
def started(installation):
    """One Renode for the tests of a module: it takes seconds to start."""
    with RenodeEngine(installation) as engine:
        yield engine


@pytest.fixture
def probe(started, probe_image):
    """The probe at reset."""
    started.load(probe_image, read_platform("stm32f4_discovery"))
    return started
