"""What is sent before the receiver is on waits for it, on every engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import needs
from tests.system.programs import OPTIMISED, compile_source
from workbench.engines import EngineChoice, open_engine
from workbench.engines.base import Instructions, Seconds, Stop, StopKind
from workbench.engines.renode.engine import RenodeEngine
from workbench.image import Image
from workbench.platform import read_platform

SOURCE = Path(__file__).with_name("late_receiver.c")
STM32 = read_platform("stm32f4_discovery")
SECOND = Seconds(1)


@pytest.fixture(
    scope="module",
    params=["embedded", *(pytest.param(n, marks=pytest.mark.renode) for n in ("renode", "bare"))],
)
def engine(request):
    """bare: Renode without the embedded engine beside it."""
    if request.param == "embedded":
        opened = open_engine(EngineChoice.EMBEDDED)
    elif request.param == "renode":
        needs.renode()
        opened = open_engine(EngineChoice.RENODE)
    else:
        opened = RenodeEngine(needs.renode())
    with opened:
        yield opened


@pytest.fixture(params=[0, 1], ids=["polls", "sleeps"])
def image(request: pytest.FixtureRequest, tmp_path: Path) -> Image:
    options = (*OPTIMISED, f"-DASLEEP={request.param}")
    return Image.from_file(compile_source(tmp_path / "late.elf", SOURCE, *options))


def test_input_given_at_reset_is_answered(engine, image):
    engine.load(image, STM32)
    engine.uart.write(b"hello")
    reason = engine.run(Stop(uart=b"HELLO"), SECOND)
    assert (reason.kind, engine.uart.transcript) == (StopKind.UART, b"HELLO")
    engine.uart.write(b" again")
    assert engine.run(Stop(uart=b" AGAIN"), SECOND).kind is StopKind.UART


def test_what_waits_is_in_a_snapshot_and_not_behind_a_reset(engine, image):
    engine.load(image, STM32)
    engine.uart.write(b"ab")
    engine.run(Stop(), Instructions(1000))
    saved = engine.snapshot()
    engine.reset()
    engine.run(Stop(), Seconds(0.01))
    assert engine.uart.transcript == b""
    engine.restore(saved)
    assert engine.run(Stop(uart=b"AB"), SECOND).kind is StopKind.UART
