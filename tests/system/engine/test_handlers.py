"""A run that stops where a handler returns, and the count of a handler's calls."""

from __future__ import annotations

from pathlib import Path

from tests.system.programs import OPTIMISED, PLENTY, compile_source
from workbench.armv7m.architecture import EXC_RETURNS, Cfsr, Exc
from workbench.engines.base import Seconds, Stop, StopKind
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.platform import Platform
from workbench.runs.call_counter import FunctionCalls, Probe

from .conftest import Program, run_to_end

CRASHES = Path(__file__).parents[1] / "renode" / "crashes.c"


def test_a_handlers_calls_are_counted_to_its_exception_return(
    engine: EmbeddedEngine, program: Program, platform: Platform
) -> None:
    image = Image.from_file(program("tasks"))
    engine.load(image, platform)
    counter = FunctionCalls("PendSvHandler", image.symbol("PendSvHandler").address)
    Probe(engine, counter).run(Stop(fault=False), PLENTY)
    calls = counter.result().calls
    assert len(calls) >= 40  # the program itself says so of its switches
    # With and without floating-point registers: 4 IT-blocked instructions are issued all the same.
    assert len(set(calls)) == 1


def test_stopping_at_an_exception_return_changes_nothing(
    engine: EmbeddedEngine, program: Program, platform: Platform
) -> None:
    image = Image.from_file(program("tasks"))
    engine.load(image, platform)
    text = run_to_end(engine)
    count = engine.instructions
    engine.reset()
    stops = 0
    while (reason := engine.run(Stop(pc=EXC_RETURNS, fault=False), PLENTY)).kind is StopKind.PC:
        assert reason.pc in EXC_RETURNS
        assert engine.registers["xpsr"] & 0x1FF  # still in the handler
        stops += 1
    assert stops >= 40
    assert (engine.uart.transcript.decode()[-len(text) :], engine.instructions) == (text, count)


def test_a_snapshot_at_an_exception_return_goes_on_there(
    engine: EmbeddedEngine, program: Program, platform: Platform
) -> None:
    engine.load(Image.from_file(program("tasks")), platform)
    engine.run(Stop(pc=EXC_RETURNS), Seconds(1))
    saved = engine.snapshot()
    text, count = run_to_end(engine), engine.instructions
    engine.restore(saved)
    assert (run_to_end(engine), engine.instructions) == (text, count)


def test_a_late_store_ends_the_run_where_its_fault_is_tail_chained(
    engine: EmbeddedEngine, platform: Platform, tmp_path: Path
) -> None:
    crash = ("-DCASE=16", "-DEN=2", "-DNEST=2")  # a store to nowhere in SVCall, of equal priority
    elf = compile_source(tmp_path / "late.elf", CRASHES, *OPTIMISED, *crash)
    engine.load(Image.from_file(elf), platform)
    reason = engine.run(Stop(), PLENTY)
    assert reason.fault is not None
    assert (reason.fault.exception, reason.fault.cfsr) == (Exc.BUS_FAULT, Cfsr.IMPRECISERR)
