"""Renode and the embedded engine execute the same instructions for the same image and input.

Not compared: the cycles that firmware reads from DWT_CYCCNT and puts into its answers. Renode's
model of it follows virtual time in steps and is off by far; from the first answer to an inference
on, the bytes of that field and of the checksum differ. Each zero among them ends a block of COBS,
which takes the STM32's firmware 10 instructions: counts are compared up to where an answer begins.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from workbench.builder import boards
from workbench.builder.plan import KERNEL_SETS
from workbench.engines.base import Engine, Instructions, Seconds, Stop, StopKind
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.link import Client
from workbench.link.frames import Frame, encode
from workbench.link.messages import Request
from workbench.machine import LoadedMachine
from workbench.platform import read_platform
from workbench.profile.record import ProfileRequest, profile
from workbench.support.resources import resource
from workbench.timing.model import CycleModel
from workbench.trace import Trace

pytestmark = pytest.mark.renode

INVOKE = "tflite::MicroInterpreter::Invoke"
WRITER = "app::FrameWriter::{base ctor}"
SECOND = Seconds(1.0)
RECORDING = resource("firmware") / "models" / "keyword_spotter" / "recordings" / "yes_en-gb.wav"
PARTS = (1, 7777, 12_345)  # instructions
INPUTS = np.random.default_rng(3).integers(-128, 128, (4, 490), dtype=np.int8)


@dataclass(frozen=True)
class Session:
    """What one engine showed: counts up to two points of the start, and of each inference."""

    boot: int
    hello: int
    console: bytes
    outputs: list[list[int]]
    invokes: list[int]
    answers: list[int]  # counts from the return of Invoke to the begin of the answer
    trace: Trace
    parts: list[Trace]  # of the same inference, cut where no block ends


def watch(engine: Engine, image: Image, board: str) -> Session:
    engine.load(image, read_platform(board))
    client = Client(engine)
    client.boot()
    boot = asleep(engine)
    client.hello()
    hello, console = asleep(engine), engine.uart.transcript
    outputs = [client.infer(features).outputs[0].tolist() for features in INPUTS]
    measured = [invoke(engine, image, features) for features in INPUTS]
    invokes, answers = [m[0] for m in measured], [m[1] for m in measured]
    return Session(boot, hello, console, outputs, invokes, answers, *measured[-1][2:])


def asleep(engine: Engine) -> int:
    """The instructions until the core sleeps: only there they do not depend on Renode's blocks."""
    assert engine.run(Stop(), SECOND).kind is StopKind.IDLE
    return engine.instructions


def invoke(
    engine: Engine, image: Image, features: np.ndarray[Any, Any]
) -> tuple[int, int, Trace, list[Trace]]:
    """Instructions of one Invoke(), and from its return to the answer; its trace and its parts."""
    engine.uart.write(encode(Frame(Request.INFER, 99, features.tobytes())))
    entry = frozenset({image.symbol(INVOKE).address})
    assert engine.run(Stop(pc=entry), SECOND).kind is StopKind.PC
    begun, back = engine.instructions, engine.registers["lr"] & ~1
    engine.start_trace(flash_reads=True)
    marks: list[Any] = [None]
    for length in PARTS:
        engine.run(Stop(), Instructions(length))
        marks.append(engine.mark_trace())
    assert engine.run(Stop(pc=frozenset({back})), SECOND).kind is StopKind.PC
    marks.append(engine.mark_trace())
    trace = engine.stop_trace()
    count = engine.instructions - begun
    assert engine.run(Stop(pc=frozenset({answer_of(image)})), SECOND).kind is StopKind.PC
    answered = engine.instructions - begun - count
    engine.run(Stop(), SECOND)
    return count, answered, trace, [mark.since(before) for before, mark in pairwise(marks)]


def answer_of(image: Image) -> int:
    """The address at which the firmware begins to write an answer."""
    functions = {function.demangled: function.address for function in image.functions}
    return next(functions[name] for name in functions if name.startswith(WRITER))


@pytest.fixture(
    scope="module",
    params=[(board, kernels) for board in boards() for kernels in KERNEL_SETS],
    ids="-".join,
)
def sessions(request, started, firmware_image):
    board, kernels = request.param
    image = Image.from_file(firmware_image(board, kernels).elf)
    with EmbeddedEngine() as embedded:
        return watch(embedded, image, board), watch(started, image, board)


def test_start_takes_the_same_instructions_and_says_the_same(sessions):
    embedded, renode = sessions
    assert (renode.boot, renode.hello) == (embedded.boot, embedded.hello)
    assert renode.console == embedded.console


def test_answers_are_the_same(sessions):
    embedded, renode = sessions
    assert renode.outputs == embedded.outputs


def test_each_inference_takes_the_same_instructions(sessions):
    embedded, renode = sessions
    assert renode.invokes == embedded.invokes
    assert renode.answers == embedded.answers


def test_traces_are_the_same(sessions):
    embedded, renode = sessions
    assert renode.trace.counts == embedded.trace.counts
    assert renode.trace.jumps == embedded.trace.jumps
    assert renode.trace.code == embedded.trace.code
    assert renode.trace.instructions == renode.invokes[-1]
    assert renode.trace.flash_reads == embedded.trace.flash_reads
    assert renode.trace.code_fetches == embedded.trace.code_fetches
    assert renode.trace.code_fetches.misses


def test_what_lies_between_marks_is_the_same(sessions):
    embedded, renode = sessions
    assert [part.instructions for part in renode.parts[:-1]] == list(PARTS)
    for ours, theirs in zip(embedded.parts, renode.parts, strict=True):
        assert theirs.counts == ours.counts
        assert theirs.jumps == ours.jumps
        assert theirs.flash_reads == ours.flash_reads
        assert theirs.code_fetches == ours.code_fetches


def test_modelled_cycles_are_the_same_to_the_cycle(sessions):
    embedded, renode = sessions
    for board in boards():  # both kinds of flash
        model = CycleModel.of(read_platform(board))
        for clock in (64_000_000, 168_000_000):
            ours, theirs = (model.estimate(one.trace, clock) for one in (embedded, renode))
            assert theirs.cycles == ours.cycles
            assert theirs.by_cause == ours.by_cause


@pytest.mark.parametrize("board", boards())
def test_operators_functions_and_lines_cost_the_same(board, started, firmware_image):
    image, part = Image.from_file(firmware_image(board, "cmsis_nn").elf), read_platform(board)
    request = ProfileRequest(Seconds(10.0), features=(RECORDING,))
    with EmbeddedEngine() as embedded:
        ours, theirs = (
            profile(LoadedMachine.load(engine, image, part), request)
            for engine in (embedded, started)
        )
    assert theirs.operators == ours.operators
    assert theirs.operators[0].name == "CONV_2D"
    assert (theirs.functions, theirs.lines) == (ours.functions, ours.lines)
