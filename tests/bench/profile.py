"""What recording a profile costs the emulation: an inference of MLPerf keyword spotting.

    python -m tests.bench.profile

The same inference on the embedded engine plain, and recorded as `workbench profile` does it: the
trace with flash reads, told apart by operator. Then what the analysis of the trace takes: cycles,
call graph, debug information. Best of several, in milliseconds of processor time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from workbench.builder import build, plan_builds
from workbench.engines.base import Seconds
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.fitting import fit_arena
from workbench.gauge import Probe
from workbench.image import Image
from workbench.inputs import own_model
from workbench.link import Client
from workbench.platform import load_platform
from workbench.profile.operators import OperatorCalls, behind_operator_calls
from workbench.profile.record import Request, analyse
from workbench.session import INVOKE

BOARD, KERNELS = "stm32f4_discovery", "cmsis_nn"
SHARED_MODEL = Path(__file__).parents[3] / "shared" / "models" / "kws_ref_model.tflite"
REPEATS = 15


def best(work: Callable[[], object]) -> float:
    """Return the shortest processor time of `work`, in seconds."""
    times = []
    for _ in range(REPEATS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return min(times)


def main() -> None:
    """Print the figures."""
    model = SHARED_MODEL if SHARED_MODEL.exists() else None
    (plan,) = plan_builds([BOARD], [KERNELS], model)
    image = Image.load(build(fit_arena(plan, "embedded")).elf)
    platform = load_platform(BOARD)
    calls = OperatorCalls(INVOKE, image.symbol(INVOKE).address, behind_operator_calls(image), None)
    with EmbeddedEngine() as engine:
        engine.load(image, platform)
        client, probed = Client(engine), Client(Probe(engine, calls))
        client.boot()
        values = np.zeros(client.hello().inputs[0].shape, np.float32)

        def recorded() -> None:
            calls.trace_next()
            calls.passages.clear()
            probed.infer_float32(values)

        client.infer_float32(values)
        plain, profiled = best(lambda: client.infer_float32(values)), best(recorded)
    request = Request(image, platform, Seconds(1.0))
    analysis = best(lambda: analyse(request, calls, "embedded"))
    assert calls.trace is not None
    name = model.stem if model else own_model().parent.name
    print(f"{name}, {KERNELS}: {calls.trace.instructions:,} instructions")
    print(f"  plain inference    {plain * 1e3:8.1f} ms")
    print(f"  recorded           {profiled * 1e3:8.1f} ms  {profiled / plain - 1:+.1%}")
    print(f"  analysis, once     {analysis * 1e3:8.1f} ms")


if __name__ == "__main__":
    main()
