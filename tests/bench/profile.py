"""What a profile costs beside the run without it: an inference of MLPerf keyword spotting.

    python -m tests.bench.profile

On a machine that is running: the inference plain, recorded, and recorded and analysed to the whole
profile: cycles by function, source line, operator and call path. Then as commands, each in a
process of its own: `workbench run` and `workbench profile` with the same image and input. The first
profile of an image finds nothing in the cache folder, the next one its source lines; within one
process also its decoded instructions. Best of several: processor time, and for commands also what
elapsed, as a profile reads the image beside the run.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.benchmark.fit import fit_arena
from workbench.builder import build, plan_builds
from workbench.engines.base import Seconds
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.link import Client
from workbench.link.frames import Frame, encode
from workbench.link.messages import Request
from workbench.machine import LoadedMachine
from workbench.platform import select_platform
from workbench.profile.operators import OperatorCalls, behind_operator_calls
from workbench.profile.record import ProfileRequest, analyse
from workbench.runs.call_counter import Probe
from workbench.runs.points import INVOKE
from workbench.support.resources import own_model

BOARD, KERNELS = "stm32f4_discovery", "cmsis_nn"
SHARED_MODEL = Path(__file__).parents[3] / "shared" / "models" / "kws_ref_model.tflite"
REPEATS, COMMAND_REPEATS = 15, 7


def processor_time(work: Callable[[], object]) -> float:
    """Return the processor time of `work` in seconds."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def best_of_each(*works: Callable[[], object]) -> tuple[float, ...]:
    """Return the shortest processor times; the works take turns, so that all meet the same load."""
    times = [[processor_time(work) for work in works] for _ in range(REPEATS)]
    return tuple(min(column) for column in zip(*times, strict=True))


def command_times(command: list[str], cache: str) -> tuple[float, float]:
    """Return elapsed and processor time of a command with its own process and this cache folder."""

    def spent() -> tuple[float, float]:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.perf_counter(), usage.ru_utime + usage.ru_stime

    whole = [sys.executable, "-m", "workbench", *command]
    environment = {**os.environ, "WORKBENCH_CACHE": cache}
    elapsed, processor = spent()
    subprocess.run(whole, check=True, capture_output=True, timeout=60, env=environment)
    now = spent()
    return now[0] - elapsed, now[1] - processor


def show(what: str, seconds: float, plain: float | None = None) -> None:
    more = "" if plain is None else f"  {seconds / plain - 1:+.1%}"
    print(f"  {what:<28}{seconds * 1e3:8.1f} ms{more}")


def on_a_running_machine(image: Image) -> np.ndarray:
    """Print what an inference takes; return the input."""
    platform = select_platform(BOARD)
    request = ProfileRequest(Seconds(1.0))
    calls = OperatorCalls(INVOKE, image.symbol(INVOKE).address, behind_operator_calls(image), None)
    with EmbeddedEngine() as engine:
        machine = LoadedMachine.load(engine, image, platform)
        client, probed = Client(engine), Client(Probe(engine, calls))
        client.boot()
        values = np.zeros(client.hello().inputs[0].shape, np.int8)

        def plain() -> None:
            client.infer(values)

        def recorded() -> None:
            calls.trace_next()
            calls.passages.clear()
            probed.infer(values)

        def profiled() -> None:
            recorded()
            analyse(machine, request, calls)

        plain()
        recorded()
        first = processor_time(lambda: analyse(machine, request, calls))
        times = best_of_each(plain, recorded, profiled)
    assert calls.trace is not None
    print(f"one inference, {calls.trace.instructions:,} instructions, on a running machine")
    for what, seconds in zip(("plain", "recorded", "whole profile"), times, strict=True):
        show(what, seconds, None if what == "plain" else times[0])
    show("analysis, for the first time", first)
    return values


def as_commands(elf: Path, values: np.ndarray) -> None:
    """Print what the commands take, from their start to their end."""
    times: list[tuple[tuple[float, float], ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        request = Path(folder) / "request.bin"
        request.write_bytes(encode(Frame(Request.INFER, 1, values.tobytes())))
        common = [str(elf), "--platform", BOARD, "--engine", "embedded", "--input", str(request)]
        profile = ["profile", *common, "--function", INVOKE]
        for number in range(COMMAND_REPEATS):  # in turns, so that all meet the same load
            cache = f"{folder}/cache-{number}"
            commands = (["run", *common], profile, profile)
            times.append(tuple(command_times(command, cache) for command in commands))
    names = ("workbench run", "workbench profile, first", "workbench profile, again")
    for which, what in enumerate(("elapsed", "processor time")):
        print(f"as commands, boot included, {what}")
        best = [min(one[which] for one in column) for column in zip(*times, strict=True)]
        for name, seconds in zip(names, best, strict=True):
            show(name, seconds, None if name == names[0] else best[0])


def main() -> None:
    """Print the figures."""
    model = SHARED_MODEL if SHARED_MODEL.exists() else None
    (plan,) = plan_builds([BOARD], [KERNELS], model)
    elf = build(fit_arena(plan)).elf
    print(f"{model.stem if model else own_model().parent.name}, {KERNELS}, {BOARD}")
    as_commands(elf, on_a_running_machine(Image.from_file(elf)))


if __name__ == "__main__":
    main()
