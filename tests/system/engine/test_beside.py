"""The embedded engine beside Renode; a double that lets faults pass stands for Renode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.system.programs import OPTIMISED, PLENTY, compile_source
from workbench.engines.base import Instructions, Limit, Seconds, Stop, StopKind, StopReason
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.engines.renode import moments
from workbench.engines.renode.beside import BesideEngine
from workbench.image import Image
from workbench.platform import Platform

CRASHES = Path(__file__).parents[1] / "renode" / "crashes.c"
MOVS_R3_0 = b"\x00\x23"
UDF = b"\x00\xde"


class Console:
    """A console with what Renode's has besides."""

    def __init__(self, console: Any) -> None:
        self._console = console
        self.taken = b""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._console, name)

    @property
    def unread(self) -> bytes:
        return bytes(self._console.transcript[self._console.save()[1] :])

    def take(self, data: bytes) -> None:
        self.taken += data


class Lenient(EmbeddedEngine):
    """Never ends a run at a fault, unless it is told not to pass them."""

    passes = True
    name = "renode"
    is_helped = False
    _console: Console | None = None

    @property
    def uart(self) -> Any:
        if self._console is None:
            self._console = Console(super().uart)
        return self._console

    def load(self, image: Image, platform: Platform) -> None:
        super().load(image, platform)
        self._console = None

    def run(self, until: Stop, limit: Limit) -> StopReason:
        return super().run(replace(until, fault=False) if self.passes else until, limit)


@pytest.fixture
def image(tmp_path: Path) -> Image:
    options = ("-DCASE=1", "-DEN=0", "-DNEST=1")
    return Image.from_file(compile_source(tmp_path / "crash.elf", CRASHES, *OPTIMISED, *options))


@pytest.fixture
def engine(image: Image, platform: Platform) -> Iterator[BesideEngine]:
    with BesideEngine(Lenient(), EmbeddedEngine()) as engine:  # type: ignore[arg-type]
        engine.load(image, platform)
        yield engine


def test_a_crash_that_both_come_to_is_believed(engine: BesideEngine) -> None:
    reason = engine.run(Stop(), PLENTY)
    assert (reason.kind, reason.seen_by, reason.warnings) == (StopKind.FAULT, "embedded", ())
    assert engine.registers["xpsr"] & 0x1FF == 3
    assert engine.memory.read(0xE000ED2C, 4) == b"\x00\x00\x00\x40"  # HFSR.FORCED


def test_the_handler_runs_on_the_embedded_engine(engine: BesideEngine) -> None:
    engine.run(Stop(), PLENTY)
    reason = engine.run(Stop(), PLENTY)
    assert (reason.kind, reason.exit_code, reason.seen_by) == (StopKind.IDLE, 0, "embedded")
    assert b"unexpected exception" in engine.engine.uart.taken  # type: ignore[attr-defined]


def test_faults_that_are_let_pass_are_taken_and_go_on(engine: BesideEngine) -> None:
    reason = engine.run(Stop(fault=False), PLENTY)
    assert (reason.kind, reason.exit_code, reason.seen_by) == (StopKind.IDLE, 0, "embedded")


@pytest.mark.parametrize("extra", [0, 1, 7])
def test_a_limit_ends_the_run_in_the_handler(
    extra: int, engine: BesideEngine, image: Image, platform: Platform
) -> None:
    crash = engine.run(Stop(), PLENTY)
    engine.reset()
    for limit in (Instructions(crash.instructions + extra), Seconds(crash.seconds + extra * 1e-8)):
        with EmbeddedEngine() as alone:
            alone.load(image, platform)
            wanted = alone.run(Stop(fault=False), limit)
            pc = alone.registers["pc"]
        reason = engine.run(Stop(fault=False), limit)
        assert (reason.kind, reason.fault) == (StopKind.LIMIT, None)
        assert (reason.instructions, reason.pc) == (wanted.instructions, wanted.pc)
        assert (reason.seconds, engine.registers["pc"]) == (wanted.seconds, pc)
        engine.reset()


def test_a_crash_that_only_one_comes_to_is_not_believed(engine: BesideEngine, image: Image) -> None:
    engine.engine.memory.write(image.symbol("crash").address & ~1, MOVS_R3_0)
    reason = engine.run(Stop(), Instructions(50_000))
    assert reason.seen_by == ""
    assert [text for text in reason.warnings if "was dropped" in text]
    assert not engine.run(Stop(), Instructions(10)).warnings  # told once


@pytest.mark.parametrize("limit", [Instructions(200), Seconds(2e-6)])
def test_two_that_go_different_ways_do_not_pass_the_limit(
    limit: Limit, engine: BesideEngine, image: Image
) -> None:
    engine.engine.memory.write(image.symbol("crash").address & ~1, MOVS_R3_0)
    reason = engine.run(Stop(), limit)
    assert [text for text in reason.warnings if "was dropped" in text]
    assert (reason.kind, reason.instructions) == (StopKind.LIMIT, 200)


def patched(engine: BesideEngine, image: Image) -> int:
    """Let the double fault where the embedded engine executes on; return the address."""
    place = image.symbol("main").address & ~1
    engine.engine.memory.write(place, UDF)
    engine.engine.passes = False  # type: ignore[attr-defined]
    return place


def test_a_fault_that_only_renode_takes_is_not_believed(engine: BesideEngine, image: Image) -> None:
    whole = engine.run(Stop(), PLENTY)
    engine.reset()
    place = patched(engine, image)
    reason = engine.run(Stop(), PLENTY)
    assert replace(reason, warnings=()) == replace(whole, warnings=())
    assert [text for text in reason.warnings if f"Renode faulted at 0x{place:08x}" in text]
    assert not engine.run(Stop(), PLENTY).warnings  # told once


def test_the_limit_of_a_fault_that_only_renode_takes(engine: BesideEngine, image: Image) -> None:
    crash = engine.run(Stop(), PLENTY)
    engine.reset()
    patched(engine, image)
    limit = Instructions(crash.instructions - 1)
    reason = engine.run(Stop(), limit)
    assert (reason.kind, reason.instructions) == (StopKind.LIMIT, limit.count)
    assert (reason.seen_by, engine.instructions) == ("embedded", limit.count)


def test_a_fault_that_only_renode_takes_ends_what_is_traced(
    engine: BesideEngine, image: Image
) -> None:
    patched(engine, image)
    engine.start_trace()
    reason = engine.run(Stop(), Instructions(engine.instructions + 100_000))
    assert (reason.kind, reason.seen_by) == (StopKind.FAULT, "")


@pytest.mark.parametrize("factor", [1, 5])
def test_a_limit_is_the_same_in_slices(
    factor: int, engine: BesideEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moments, "_SLICE_INSTRUCTIONS", 3 * factor)
    monkeypatch.setattr(moments, "_SLICE_SECONDS", 3e-8 * factor)
    for limit in (Instructions(97), Seconds(97e-8)):
        reason = engine.run(Stop(), limit)
        assert (reason.kind, reason.instructions) == (StopKind.LIMIT, 97)
        assert engine.engine.instructions == 97
        engine.reset()


def test_single_steps_come_to_the_same_crash(engine: BesideEngine) -> None:
    whole = engine.run(Stop(), PLENTY)
    engine.reset()
    while (reason := engine.run(Stop(), Instructions(1))).kind is StopKind.LIMIT:
        assert reason.seen_by == ""
    assert (reason.kind, reason.instructions) == (whole.kind, whole.instructions)
    assert reason.fault == whole.fault


def test_a_snapshot_holds_both(engine: BesideEngine) -> None:
    engine.run(Stop(), Instructions(20))
    before = engine.snapshot()
    first = engine.run(Stop(), PLENTY)
    after = engine.snapshot()
    engine.restore(before)
    assert engine.run(Stop(), PLENTY) == first
    engine.restore(after)
    assert engine.instructions == first.instructions
    assert engine.run(Stop(), PLENTY).exit_code == 0
