"""What the engine interface promises: on each engine, and with the embedded one beside Renode."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests import contract
from workbench.engines import EngineChoice, open_engine
from workbench.engines.base import Engine, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.engines.renode.engine import RenodeEngine
from workbench.image import Image
from workbench.platform import read_platform

RENODE = [pytest.param(name, marks=pytest.mark.renode) for name in ("renode", "beside")]
STM32 = read_platform("stm32f4_discovery")


@pytest.fixture(scope="module", params=["embedded", *RENODE])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """One engine for the tests of this module: Renode takes seconds to start."""
    if request.param == "embedded":
        opened: Engine = EmbeddedEngine()
    else:
        installation = request.getfixturevalue("installation")
        bare = request.param == "renode"
        opened = RenodeEngine(installation) if bare else open_engine(EngineChoice.RENODE)
    with opened:
        yield opened


@pytest.fixture
def machine(engine: Engine, probe_image: Image) -> Engine:
    """The probe at reset."""
    engine.load(probe_image, STM32)
    return engine


@pytest.mark.parametrize("promise", contract.ON_THE_PROBE, ids=lambda one: one.__name__[1:])
def test_the_contract_is_kept(
    promise: Callable[[Engine, Image], None], machine: Engine, probe_image: Image
) -> None:
    promise(machine, probe_image)


def test_image_that_is_loaded_anew_has_said_nothing(machine: Engine, probe_image: Image) -> None:
    machine.run(Stop(), contract.SECOND)
    machine.load(probe_image, STM32)
    assert (machine.uart.read(), machine.uart.transcript) == (b"", b"")
