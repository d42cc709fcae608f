"""Runs that stop behind an instruction with a watched access."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.system.programs import PLENTY
from workbench.engines.base import Instructions, Stop, StopKind, Watchpoint
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image

from .conftest import Program, run_to_end

Boot = Callable[[str], EmbeddedEngine]
WRITES = ["word", "byte", "pair", "conditional"]
READS = ["load", "unaligned", "multiple", "conditional_load"]
IN_ORDER = [*WRITES[:3], *READS[:3], "conditional", "conditional_load"]


@pytest.fixture(scope="module")
def image(program: Program) -> Image:
    return Image.from_file(program("watched"))


def stops(engine: EmbeddedEngine, image: Image, *points: Watchpoint) -> list[str]:
    """Run to the end; return the labels at which the run stopped at a watchpoint."""
    names = {image.symbol(f"after_{name}").address: name for name in (*IN_ORDER, "constant")}
    found = []
    until = Stop(watch=frozenset(points))
    while (reason := engine.run(until, PLENTY)).kind is StopKind.WATCH:
        assert reason.watchpoint in points
        assert reason.instructions == engine.instructions
        found.append(names.get(reason.pc, hex(reason.pc)))
    assert engine.uart.transcript.endswith(b"end\n"), reason
    return found


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ({"write": True}, WRITES),
        ({"read": True, "write": False}, READS),
        ({"read": True, "write": True}, IN_ORDER),
    ],
    ids=["write", "read", "access"],
)
def test_every_access_of_the_kind_stops_behind_its_instruction(
    boot: Boot, image: Image, kinds: dict[str, bool], expected: list[str]
) -> None:
    point = Watchpoint(image.symbol("watched").address + 4, 4, **kinds)
    engine = boot("watched")
    engine.run(Stop(pc=frozenset({image.symbol("main").address})), PLENTY)  # .bss is zeroed
    assert stops(engine, image, point) == expected


def test_what_is_watched_changes_neither_counts_nor_results(boot: Boot, image: Image) -> None:
    engine = boot("watched")
    text, count = run_to_end(engine), engine.instructions
    engine.reset()
    point = Watchpoint(image.symbol("watched").address + 4, 4, read=True)
    assert len(stops(engine, image, point)) > len(IN_ORDER)
    assert engine.uart.transcript.decode()[-len(text) :] == text
    assert engine.instructions == count


def test_a_constant_in_flash_is_watched(boot: Boot, image: Image) -> None:
    point = Watchpoint(image.symbol("constant").address, 4, read=True, write=False)
    assert stops(boot("watched"), image, point) == ["constant"]


def test_a_register_of_a_device_is_watched(boot: Boot) -> None:
    engine = boot("loops")
    systick_control = Watchpoint(0xE000E010, 4)
    reason = engine.run(Stop(watch=frozenset({systick_control})), PLENTY)
    assert (reason.kind, reason.watchpoint) == (StopKind.WATCH, systick_control)
    assert engine.memory.read(0xE000E010, 1)[0] & 7 == 7  # behind the store that switched it on


@pytest.mark.parametrize("name", ["loops", "itdevice", "frames", "mpu", "ramcode"])
def test_watching_what_is_not_touched_changes_nothing(boot: Boot, name: str) -> None:
    engine = boot(name)
    text, count = run_to_end(engine), engine.instructions
    engine.reset()
    untouched = Watchpoint(0x2000_7000, 4, read=True)
    reason = engine.run(Stop(fault=False, watch=frozenset({untouched})), PLENTY)
    assert reason.kind is not StopKind.WATCH
    assert engine.uart.read().decode() == text
    assert engine.instructions == count


def test_a_limit_inside_is_still_exact(boot: Boot, image: Image) -> None:
    engine = boot("watched")
    point = Watchpoint(image.symbol("watched").address + 4, 4, read=True)
    until = Stop(watch=frozenset({point}))
    while engine.instructions < 150:
        before = engine.instructions
        engine.run(until, Instructions(1))
        assert engine.instructions == before + 1
