"""What a store makes due is taken right behind it, and every instruction counts once."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engines.base import Instructions, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image

from .conftest import Program, run_to_end

Boot = Callable[[str], EmbeddedEngine]


def test_a_timer_that_a_store_starts_expires_within_the_block(boot: Boot, program: Program) -> None:
    engine = boot("pending")
    run_to_end(engine)
    address = Image.from_file(program("pending")).symbol("before_tick").address
    # 17 steps of SysTick at 168 MHz are 10.1 instructions at 100 MIPS.
    assert int.from_bytes(engine.memory.read(address, 4), "little") == 11


def test_whole_runs_and_single_steps_count_the_same(boot: Boot) -> None:
    engine = boot("pending")
    engine.start_trace()
    text = run_to_end(engine)
    whole, trace = engine.instructions, engine.stop_trace()
    assert trace.instructions == whole
    engine.reset()
    engine.start_trace()
    while not engine.run(Stop(fault=False), Instructions(1)).detail:
        pass
    assert engine.uart.transcript.decode() == text * 2
    assert engine.instructions == whole
    assert engine.stop_trace().instructions == whole
