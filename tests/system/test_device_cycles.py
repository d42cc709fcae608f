"""The cycles that the demo firmware measures itself are those that the host models.

Firmware reads DWT_CYCCNT around the inference; the host traces what is executed from one read to
the other. In memory that never waits both are the same to the cycle. With wait states they differ
by what the caches held when the inference began: the device's go on and on, while a trace is taken
for one of many alike (code), or to begin with nothing in them (data).
"""

from dataclasses import replace

import numpy as np
import pytest

from workbench import platform
from workbench.builder import boards
from workbench.builder.plan import KERNEL_SETS
from workbench.engines.base import Seconds, Stop, StopKind, Watchpoint
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.link import Client
from workbench.link.frames import Frame, encode
from workbench.link.messages import Request
from workbench.platform import read_platform
from workbench.runs.call_counter import FunctionCalls, Probe
from workbench.timing.costs import Cause
from workbench.timing.model import CycleModel, Estimate

INVOKE = "tflite::MicroInterpreter::Invoke"
SECOND = Seconds(1.0)
DWT_CYCCNT = 0xE0001004
AT_READ = Stop(watch=frozenset({Watchpoint(DWT_CYCCNT, 4, read=True, write=False)}))
FEATURES = np.zeros(490, np.int8)
AROUND_INVOKE = 10  # cycles from one read to the call and from its return to the other

each = pytest.mark.parametrize(
    ("board", "kernels"), [(board, kernels) for board in boards() for kernels in KERNEL_SETS]
)


def measured(image: Image, part: platform.Platform) -> tuple[int, Estimate]:
    """Return what the device measures for an inference, and the host's figure for the same code."""
    with EmbeddedEngine() as engine:
        engine.load(image, part)
        client = Client(engine)
        client.boot()
        client.hello()
        client.infer(FEATURES)
        device = client.infer(FEATURES).cycles
        engine.uart.write(encode(Frame(Request.INFER, 99, FEATURES.tobytes())))
        assert engine.run(AT_READ, SECOND).kind is StopKind.WATCH
        engine.start_trace(flash_reads=True)
        assert engine.run(AT_READ, SECOND).kind is StopKind.WATCH
        trace = engine.stop_trace()
    return device, CycleModel.of(part).estimate(trace, part.clock_hz)


@each
def test_both_are_the_same_to_the_cycle_in_memory_that_never_waits(board, kernels, firmware_image):
    image = Image.from_file(firmware_image(board, kernels).elf)
    device, host = measured(image, replace(read_platform(board), flash_timing={}))
    assert device == host.cycles.best


@each
def test_with_wait_states_they_differ_by_what_the_caches_held(board, kernels, firmware_image):
    device, host = measured(
        Image.from_file(firmware_image(board, kernels).elf), read_platform(board)
    )
    waits = [host.by_cause[cause] for cause in (Cause.CODE_FETCH, Cause.DATA_READ)]
    others = host.cycles.best - sum(wait.best for wait in waits)
    code, data = waits
    assert code.low + data.low <= device - others <= code.high + data.best
    assert abs(device - host.cycles.best) <= 0.0005 * device


@each
def test_the_host_s_figure_for_the_call_is_as_near(board, kernels, firmware_image):
    image, part = Image.from_file(firmware_image(board, kernels).elf), read_platform(board)
    calls = FunctionCalls(INVOKE, image.symbol(INVOKE).address)
    with EmbeddedEngine() as engine:
        engine.load(image, part)
        client = Client(Probe(engine, calls))
        client.boot()
        client.hello()
        client.infer(FEATURES)
        plain = client.infer(FEATURES).cycles
        calls.trace_next()
        traced = client.infer(FEATURES).cycles
    assert calls.trace
    host = CycleModel.of(part).estimate(calls.trace, part.clock_hz).cycles
    assert traced == plain
    assert abs(traced - AROUND_INVOKE - host.best) <= 0.0005 * traced
