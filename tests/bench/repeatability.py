"""Many runs in a row and many at a time: every one must show the same, to the instruction.

    python -m tests.bench.repeatability [--runs 50] [--parallel 8]

Exits with 1 where a run failed or differed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from workbench.builder import build, plan_build
from workbench.engines import EngineChoice, open_engine
from workbench.engines.base import Seconds, Stop
from workbench.engines.renode.discovery import discover
from workbench.errors import EngineUnavailableError
from workbench.image import Image
from workbench.link import Client
from workbench.model.features import read_features
from workbench.platform import select_platform
from workbench.runs.call_counter import FunctionCalls, Probe
from workbench.runs.points import INVOKE
from workbench.support.resources import resource

BOARD = "nrf52840_dk"
RECORDING = Path("models", "keyword_spotter", "recordings", "yes_en-gb.wav")
TIMEOUT = 300

Shown = tuple[object, ...]
"""What a run showed: outputs, counts, console."""


def in_a_row(engine: str, elf: Path, runs: int) -> set[Shown]:
    """Boot and classify again and again in one process; return what was shown, each once."""
    image, platform = Image.from_file(elf), select_platform(BOARD)
    (features,) = read_features(resource("firmware") / RECORDING)
    shown: set[Shown] = set()
    with open_engine(engine) as machine:
        for _ in range(runs):
            machine.load(image, platform)
            invokes = FunctionCalls("Invoke", image.symbol(INVOKE).address)
            client = Client(Probe(machine, invokes))
            client.boot()
            answer = client.answer(features)
            asleep = machine.run(Stop(), Seconds(1.0)).instructions
            output = answer.outputs[0].tobytes()
            shown.add((output, asleep, tuple(invokes.calls), client.console_text))
    return shown


def at_a_time(engine: str, elf: Path, processes: int) -> set[Shown]:
    """Let so many commands run at the same time; return what was shown, each once."""
    command = [sys.executable, "-m", "workbench", "measure", str(elf), "--platform", BOARD]
    command += ["--function", INVOKE, "--features", str(resource("firmware") / RECORDING)]
    command += ["--engine", engine, "--json"]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(processes)
    ]
    shown: set[Shown] = set()
    for process in running:
        out, err = process.communicate(timeout=TIMEOUT)
        if process.returncode:
            shown.add(("failed", err))
        else:
            shown.add(tuple(json.loads(out)["measurement"]["calls"]))
    return shown


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each engine and way; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--parallel", type=int, default=8)
    options = parser.parse_args(arguments)
    elf = build(plan_build(BOARD, "cmsis_nn")).elf
    engines = [EngineChoice.EMBEDDED.value]
    try:
        discover()
        engines.append(EngineChoice.RENODE.value)
    except EngineUnavailableError as error:
        print(f"renode: {error.message}")
    same = True
    for engine in engines:
        for what, shown_by, times in (
            ("in a row", in_a_row, options.runs),
            ("at a time", at_a_time, options.parallel),
        ):
            begun = time.perf_counter()
            shown = shown_by(engine, elf, times)
            seconds = time.perf_counter() - begun
            same &= len(shown) == 1 and "failed" not in next(iter(shown))
            verdict = "all the same" if len(shown) == 1 else f"{len(shown)} DIFFERENT: {shown}"
            print(f"{engine:10} {times:>3} {what:10} {seconds:7.1f} s  {verdict}", flush=True)
    return 0 if same else 1


if __name__ == "__main__":
    if main():
        sys.exit(1)
