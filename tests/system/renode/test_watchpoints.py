"""Watchpoints on Renode stop where those of the embedded engine do."""

import pytest

from tests.system.programs import compile_program
from workbench.engines.base import Engine, Instructions, Stop, StopKind, Watchpoint
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.errors import EngineError
from workbench.image import Image
from workbench.platform import read_platform

pytestmark = pytest.mark.renode

BEFORE_SEMIHOSTING = 150  # Renode has none
KINDS = {
    "write": {"write": True},
    "read": {"read": True, "write": False},
    "access": {"read": True, "write": True},
}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    return Image.from_file(compile_program("watched", tmp_path_factory.mktemp("watched")))


def stops(engine: Engine, image: Image, points: frozenset[Watchpoint]) -> list[tuple[object, ...]]:
    engine.load(image, read_platform("stm32f4_discovery"))
    main = frozenset({image.symbol("main").address})
    assert engine.run(Stop(pc=main), Instructions(1000)).kind is StopKind.PC
    found: list[tuple[object, ...]] = []
    while engine.instructions < BEFORE_SEMIHOSTING:
        left = Instructions(BEFORE_SEMIHOSTING - engine.instructions)
        reason = engine.run(Stop(watch=points), left)
        found.append((reason.kind, reason.pc, reason.instructions, reason.watchpoint))
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_both_engines_stop_behind_the_same_instructions(started, image, kind):
    watched = Watchpoint(image.symbol("watched").address + 4, 4, **KINDS[kind])
    constant = Watchpoint(image.symbol("constant").address, 4, read=True, write=False)
    points = frozenset({watched, constant})
    with EmbeddedEngine() as embedded:
        expected = stops(embedded, image, points)
    assert len([kind for kind, *_ in expected if kind is StopKind.WATCH]) >= 5
    assert stops(started, image, points) == expected


def test_watching_changes_no_counts(probe):
    probe.run(Stop(), Instructions(300_000))
    registers = {name: probe.registers[name] for name in ("r0", "r1", "r2", "r3", "pc", "sp")}
    probe.reset()
    untouched = Stop(watch=frozenset({Watchpoint(0x2000_8000, 4, read=True)}))
    reason = probe.run(untouched, Instructions(300_000))
    assert (reason.kind, reason.instructions) == (StopKind.LIMIT, 300_000)
    assert {name: probe.registers[name] for name in registers} == registers


def test_a_watchpoint_too_large_for_renode_is_refused(probe):
    with pytest.raises(EngineError, match="watch"):
        probe.run(Stop(watch=frozenset({Watchpoint(0x2000_0000, 1 << 20)})), Instructions(10))
