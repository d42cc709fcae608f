"""Emulated instructions a second: each tracer beside plain Unicorn, in one run.

    python -m tests.bench.engine [--millions N] [--rounds N] [--json]

Every variant executes the same instructions of the same program, the variants take turns, and
the best round of each counts (processor time, so that other jobs on the host matter less).
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from unicorn import arm_const

from tests.system.programs import compile_program
from workbench.engines.base import Instructions, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.engines.embedded.tracing.tracers import native_module
from workbench.engines.embedded.unicorn.model import new_core
from workbench.image import Image
from workbench.platform import read_platform
from workbench.platform.cores import CORTEX_M4

FUNCTIONS = ("convolve", "sort")


def plain_unicorn(image: Image, function: str, millions: int) -> Callable[[], int]:
    """Return a run of `function`, called again and again, without any hook."""
    uc = new_core(CORTEX_M4)
    uc.mem_map(0x08000000, 0x100000)
    uc.mem_map(0x20000000, 0x20000)
    for segment in image.segments:
        uc.mem_write(segment.address, segment.data)
    entry, back = image.symbol(function).address, image.symbol("ResetHandler").address

    def run() -> int:
        executed = 0
        while executed < millions * 1_000_000:
            uc.reg_write(arm_const.UC_ARM_REG_SP, 0x20008000)
            uc.reg_write(arm_const.UC_ARM_REG_LR, back | 1)
            uc.emu_start(entry | 1, back)
            executed += _LENGTHS[function]
        return executed

    return run


def embedded(
    image: Image, function: str, millions: int, python: bool, tracing: bool
) -> Callable[[], int]:
    """Return the same run on the embedded engine."""
    engine = EmbeddedEngine(python_tracer=python)
    engine.load(image, read_platform("stm32f4_discovery"))
    entry, back = image.symbol(function).address, image.symbol("ResetHandler").address
    stop = Stop(pc=frozenset({back}))

    def call() -> int:
        engine.registers["sp"] = 0x20008000
        engine.registers["lr"] = back | 1
        engine.registers["pc"] = entry
        before = engine.instructions
        engine.run(stop, Instructions(1 << 40))
        return engine.instructions - before

    _LENGTHS[function] = call()

    def run() -> int:
        executed = 0
        if tracing:
            engine.start_trace()
        while executed < millions * 1_000_000:
            executed += call()
        if tracing:
            engine.stop_trace()
        return executed

    return run


_LENGTHS: dict[str, int] = {}  # instructions of one call, counted


def measure(function: str, millions: int, rounds: int) -> dict[str, float]:
    """Return million instructions a second by variant."""
    with tempfile.TemporaryDirectory() as folder:
        image = Image.from_file(compile_program("work", Path(folder)))
        variants = {
            "Python tracer": embedded(image, function, max(1, millions // 20), True, False),
            "plain Unicorn": plain_unicorn(image, function, millions),
        }
        if native_module() is not None:
            variants["C tracer, counting"] = embedded(image, function, millions, False, False)
            variants["C tracer, tracing"] = embedded(image, function, millions, False, True)
        best = dict.fromkeys(variants, 0.0)
        for _ in range(rounds):
            for name, run in variants.items():
                start = time.process_time()
                executed = run()
                seconds = time.process_time() - start
                best[name] = max(best[name], executed / seconds / 1e6)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--millions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    results = {f: measure(f, options.millions, options.rounds) for f in FUNCTIONS}
    if options.json:
        print(json.dumps(results, indent=2))
        return
    for function, figures in results.items():
        length = _LENGTHS[function]
        print(f"{function}, {length} instructions a call: million instructions a second")
        for name, figure in sorted(figures.items(), key=lambda item: -item[1]):
            print(f"  {name:20} {figure:8.1f}")


if __name__ == "__main__":
    main()
