"""What a trace says, and that both tracers say the same."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import astuple
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.system.programs import PLENTY
from workbench.engines.base import Instructions, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.engines.embedded.tracing.tracers import native_module
from workbench.image import Image
from workbench.platform import Platform
from workbench.trace import CodeFetches, Trace

from .conftest import Program, run_to_end

PROGRAMS = ("loops", "nested", "frames", "faults", "tasks", "sleep", "ramcode", "mpu")

needs_c_tracer = pytest.mark.skipif(native_module() is None, reason="the C tracer is not built")


def traced(elf: Path, platform: Platform, python: bool, skip: int = 0) -> tuple[Trace, int]:
    """Return the trace of a whole run, and the instructions it covers."""
    with EmbeddedEngine(python_tracer=python) as engine:
        engine.load(Image.from_file(elf), platform)
        if skip:
            engine.run(Stop(fault=False), Instructions(skip))
        engine.start_trace()
        before = engine.instructions
        run_to_end(engine)
        return engine.stop_trace(), engine.instructions - before


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_trace_holds_every_instruction(name: str, program: Program, platform: Platform) -> None:
    trace, instructions = traced(program(name), platform, python=True)
    assert trace.instructions == instructions


@needs_c_tracer
@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("skip", [0, 777])
def test_both_tracers_record_the_same(
    name: str, skip: int, program: Program, platform: Platform
) -> None:
    in_python = traced(program(name), platform, python=True, skip=skip)
    in_c = traced(program(name), platform, python=False, skip=skip)
    assert in_c == in_python


def test_stops_leave_no_mark_in_a_trace(program: Program, platform: Platform) -> None:
    whole, _ = traced(program("faults"), platform, python=False)
    with EmbeddedEngine() as engine:
        engine.load(Image.from_file(program("faults")), platform)
        engine.start_trace()
        for _ in range(300):
            engine.run(Stop(fault=False), Instructions(7))
        run_to_end(engine)
        assert engine.stop_trace() == whole


def test_a_call_is_a_jump_and_so_is_its_return(program: Program, platform: Platform) -> None:
    trace, _ = traced(program("loops"), platform, python=False)
    image = Image.from_file(program("loops"))
    mix = image.symbol("mix")
    calls = sum(times for (_, target), times in trace.jumps.items() if target == mix.address)
    assert calls == 300
    leaves = sum(
        times
        for (source, target), times in trace.jumps.items()
        if mix.address <= source < mix.address + mix.size
        and not mix.address <= target < mix.address + mix.size
    )
    entries = sum(  # back from SysTick in the midst of it
        times
        for (source, target), times in trace.jumps.items()
        if mix.address < target < mix.address + mix.size
        and not mix.address <= source < mix.address + mix.size
    )
    assert leaves == calls + entries


def test_the_code_of_a_trace_is_what_was_executed(program: Program, platform: Platform) -> None:
    trace, _ = traced(program("loops"), platform, python=False)
    image = Image.from_file(program("loops"))
    content = {s.address: s.data for s in image.segments}
    for start, code in trace.code.items():
        base = max(a for a in content if a <= start)
        offset = start - base
        assert content[base][offset : offset + len(code)] == code
    assert all(any(s <= a < s + len(c) for s, c in trace.code.items()) for a in trace.counts)


def test_instructions_and_entries_by_function(program: Program, platform: Platform) -> None:
    trace, instructions = traced(program("loops"), platform, python=False)
    image = Image.from_file(program("loops"))
    by_function = trace.by_function(image)
    assert sum(by_function.values()) == instructions
    assert by_function["mix"] > 300
    assert trace.entries(image)["mix"] == 300


def test_a_trace_survives_json(program: Program, platform: Platform) -> None:
    trace, _ = traced(program("loops"), platform, python=False)
    assert Trace.from_json(json.loads(json.dumps(trace.to_json()))) == trace


def test_a_trace_begins_where_it_was_started(program: Program, platform: Platform) -> None:
    with EmbeddedEngine() as engine:
        engine.load(Image.from_file(program("loops")), platform)
        engine.run(Stop(), Instructions(500))
        engine.start_trace()
        engine.run(Stop(), Instructions(100))
        assert engine.stop_trace().instructions == 100
        engine.run(Stop(), PLENTY)
        engine.start_trace()
        assert engine.stop_trace() == Trace({}, {}, {}, code_fetches=CodeFetches(64, 16, {}))


def parts(elf: Path, platform: Platform, python: bool) -> tuple[list[Trace], Trace]:
    """Return the parts of a whole run between stops of 777 instructions, and all of it."""
    with EmbeddedEngine(python_tracer=python) as engine:
        engine.load(Image.from_file(elf), platform)
        engine.start_trace(flash_reads=True)
        marks: list[Any] = [None]
        for _ in range(6):
            engine.run(Stop(fault=False), Instructions(777))
            marks.append(engine.mark_trace())
        run_to_end(engine)
        marks.append(engine.mark_trace())
        whole = engine.stop_trace()
        assert marks[-1].since(None) == whole
        return [mark.since(before) for before, mark in pairwise(marks)], whole


@pytest.mark.parametrize("name", ["nested", "tasks", "ramcode"])
def test_what_lies_between_marks_adds_up(name: str, program: Program, platform: Platform) -> None:
    found, whole = parts(program(name), platform, python=True)
    assert found[1].instructions == 777
    assert sum((Counter(part.counts) for part in found), Counter()) == whole.counts
    assert sum((Counter(part.jumps) for part in found), Counter()) == whole.jumps
    assert sum((reads_of(part) for part in found), Counter()) == reads_of(whole)
    assert sum((misses_of(part) for part in found), Counter()) == misses_of(whole)


def reads_of(trace: Trace) -> Counter[int]:
    """Reads of flash by instruction."""
    assert trace.flash_reads is not None
    return Counter({pc: one.reads for pc, one in trace.flash_reads.items()})


def misses_of(trace: Trace) -> Counter[tuple[int, ...]]:
    """Misses of the code cache, by instruction, initial state of the cache, and way."""
    assert trace.code_fetches is not None
    return Counter(
        {
            (pc, *which): times
            for pc, missed in trace.code_fetches.misses.items()
            for which, times in np.ndenumerate(astuple(missed))
            if times
        }
    )


@needs_c_tracer
@pytest.mark.parametrize("name", ["nested", "tasks", "ramcode"])
def test_both_tracers_mark_the_same(name: str, program: Program, platform: Platform) -> None:
    elf = program(name)
    assert parts(elf, platform, python=False) == parts(elf, platform, python=True)


@needs_c_tracer
@pytest.mark.parametrize("name", ["nested", "faults"])
def test_both_tracers_record_the_same_over_a_restore(
    name: str, program: Program, platform: Platform
) -> None:
    def record(python: bool) -> Trace:
        with EmbeddedEngine(python_tracer=python) as engine:
            engine.load(Image.from_file(program(name)), platform)
            engine.start_trace()
            engine.run(Stop(fault=False), Instructions(1500))
            snapshot = engine.snapshot()
            for count in (1, 40, 333, 1500):
                engine.run(Stop(fault=False), Instructions(count))
                engine.restore(snapshot)
            engine.run(Stop(fault=False), Instructions(20))
            return engine.stop_trace()

    assert record(python=False) == record(python=True)
