"""A crash has the same verdict on every engine: what only silicon faults on included."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import needs
from tests.system.programs import OPTIMISED, PLENTY, compile_source
from workbench.armv7m.architecture import Cfsr
from workbench.engines import EngineChoice, open_engine
from workbench.engines.base import Engine, Seconds, Stop, StopKind
from workbench.engines.renode.engine import RenodeEngine
from workbench.fault.diagnose import diagnose
from workbench.image import Image
from workbench.machine import LoadedMachine, capture
from workbench.platform import read_platform

pytestmark = pytest.mark.renode

SOURCE = Path(__file__).with_name("crashes.c")
CASES = range(1, 28)
DRAWN = 60
SEED = 2026
STALL_SECONDS = 20.0  # after which a worker gives up a core that stands still
STM32 = read_platform("stm32f4_discovery")


@pytest.fixture(scope="module")
def renode() -> Iterator[Engine]:
    needs.renode()
    with open_engine(EngineChoice.RENODE) as engine:
        yield engine


@pytest.fixture(scope="module")
def auto() -> Iterator[Engine]:
    needs.renode()
    with open_engine(EngineChoice.AUTO) as engine:
        assert engine.name == "renode"
        yield engine


@pytest.fixture(scope="module")
def embedded() -> Iterator[Engine]:
    with open_engine(EngineChoice.EMBEDDED) as engine:
        yield engine


def verdict(engine: Engine, image: Image) -> tuple[object, ...]:
    """What the workbench says of how `image` ends."""
    machine = LoadedMachine.load(engine, image, STM32)
    reason = machine.run(Stop(), PLENTY)
    crash = diagnose(capture(machine, reason))
    if crash is None:
        return reason.kind, reason.exit_code
    return reason.kind, crash.title, crash.causes, crash.address, crash.calls, crash.advice


def compiled(crash: str, folder: Path) -> Image:
    options = (*OPTIMISED, *(f"-D{one}" for one in crash.split()))
    return Image.from_file(compile_source(folder / "crash.elf", SOURCE, *options))


def drawn(count: int) -> list[str]:
    """Return `count` crashes drawn at random: kind, enables, where, masks, privilege."""
    draw = random.Random(SEED)
    crashes = []
    for _ in range(count):
        crashes.append(
            f"CASE={draw.choice(CASES)} EN={draw.randrange(8)} NEST={draw.randrange(4)} "
            f"MASK={draw.choice((0, 0, 1, 2, 3))} UNPRIVILEGED={draw.randrange(2)}"
        )
    return crashes


ALONE = [f"CASE={case} EN={enabled}" for case in CASES for enabled in (0, 7)]
# FAULTMASK switches the MPU off where HFNMIENA is 0 (ARM DDI 0403E, B3.5.3): silicon goes on.
MPU_OFF = [f"CASE={case} EN=7 NEST={nest} MASK=3" for case in (11, 21) for nest in (0, 1, 3)]


@pytest.mark.parametrize("crash", ALONE + MPU_OFF + drawn(DRAWN))
def test_crash_is_told_as_on_the_embedded_engine(crash, renode, embedded, tmp_path):
    image = compiled(crash, tmp_path)
    assert verdict(renode, image) == verdict(embedded, image)


@pytest.mark.parametrize("crash", [*ALONE[::9], MPU_OFF[0]])
def test_crash_is_told_alike_where_renode_was_chosen(crash, auto, embedded, tmp_path):
    image = compiled(crash, tmp_path)
    assert verdict(auto, image) == verdict(embedded, image)


def test_what_only_renode_faults_on_is_said(renode, tmp_path):
    renode.load(compiled(MPU_OFF[0], tmp_path), STM32)
    reason = renode.run(Stop(), PLENTY)
    assert (reason.seen_by, reason.exit_code) == ("embedded", 0)
    assert any("Renode faulted at" in text for text in reason.warnings)


def test_lockup_ends_each_run_at_once(tmp_path):
    image = compiled("CASE=19 EN=0 MASK=3", tmp_path)
    with RenodeEngine(needs.renode()) as bare:
        bare.load(image, STM32)
        first = bare.run(Stop(fault=False), Seconds(0.001))
        if first.kind is StopKind.LIMIT:
            pytest.skip("this Renode does not model lockup")
        begun = time.monotonic()
        again = [bare.run(Stop(fault=fault), PLENTY) for fault in (True, False)]
        assert time.monotonic() - begun < STALL_SECONDS / 2
    assert {reason.kind for reason in (first, *again)} == {StopKind.LOCKUP}
    assert {reason.instructions for reason in again} == {first.instructions}


def test_what_saw_the_crash_is_said(renode, tmp_path):
    image = compiled("CASE=1 EN=0", tmp_path)
    machine = LoadedMachine.load(renode, image, STM32)
    crash = diagnose(capture(machine, machine.run(Stop(), PLENTY)))
    assert crash is not None
    assert crash.notes[-1] == "seen by the embedded engine, which executes the same beside renode"


def test_renode_by_itself_traps_divisions_where_it_models_that(tmp_path):
    image = compiled("CASE=1 EN=4", tmp_path)
    with RenodeEngine(needs.renode()) as bare:
        bare.load(image, STM32)
        reason = bare.run(Stop(), PLENTY)
    if "Renode does not model all registers used of: nvic" in reason.warnings:
        pytest.skip("this Renode has no CCR.DIV_0_TRP")
    assert reason.fault is not None
    assert reason.fault.cfsr == Cfsr.DIVBYZERO
