"""Models that other people published give TFLM's bytes, on the host and on the emulated core.

They lie beside the checkout (../shared/models/public); without them the tests skip.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.firmware.runtime.building import SOURCES, build
from tests.firmware.runtime.cases import expected_output
from tests.firmware.runtime.device import ARENA, INPUT_ROOM, MODEL_ROOM, Device
from tests.firmware.runtime.runner import Runner
from tests.firmware.runtime.values import Array, Case
from workbench.model.inspection import Severity, check
from workbench.model.reader import parse_model
from workbench.model.values import Model, Tensor

pytest.importorskip("tflite_micro")

FOLDER = Path(__file__).parents[4] / "shared" / "models" / "public"
MODELS = sorted(FOLDER.glob("*.tflite"))
DTYPES: dict[str, Any] = {"INT8": np.int8, "INT16": np.int16, "INT32": np.int32, "FLOAT32": np.float32}
STEPS, STEPS_ON_THE_CORE = 6, 2
FRAME, FRAME_STEP = 480, 320  # samples at 16 kHz

if not MODELS:
    pytest.skip("the shared models are not beside the checkout", allow_module_level=True)

REFUSED = "mlperf_kws_hybrid_float32"  # by TFLM too: float activations with int8 weights
RUNNING = [path for path in MODELS if path.stem != REFUSED]


def stream(path: Path, steps: int) -> Case:
    """`steps` random inputs one after another."""
    content = path.read_bytes()
    model = parse_model(content)
    rng = np.random.default_rng(len(content))
    inputs = [values(rng, model, tensor) for _ in range(steps) for tensor in model.inputs]
    return Case(path.stem, content, tuple(inputs), len(model.outputs), steps)


def values(rng: np.random.Generator, model: Model, tensor: Tensor) -> Array:
    dtype = DTYPES[tensor.type]
    if dtype is np.float32:
        return rng.standard_normal(tensor.shape).astype(np.float32)
    if tensor.elements == 4 and tensor.type == "INT32":  # TRANSPOSE_CONV's output shape
        return np.array(model.outputs[0].shape, np.int32)
    limits = np.iinfo(np.int16 if dtype is np.int32 else dtype)
    return rng.integers(limits.min, limits.max, tensor.shape, dtype, endpoint=True)


@pytest.mark.parametrize("path", RUNNING, ids=lambda path: path.stem)
def test_a_public_model_is_bit_exact(runner: Runner, path: Path) -> None:
    case = stream(path, STEPS)
    run = runner.run(case.model, case.inputs, invocations=STEPS, stream=True)
    assert run.done, run.log
    assert run.output == expected_output(case)


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    machine = Device(build(SOURCES / "device", "arm-none-eabi-g++", "runtime_device.elf"))
    yield machine
    machine.close()


@pytest.mark.parametrize("path", RUNNING, ids=lambda path: path.stem)
def test_a_public_model_is_bit_exact_on_the_core(device: Device, path: Path) -> None:
    case = stream(path, STEPS_ON_THE_CORE)
    data = sum(array.nbytes for array in case.inputs)
    if len(case.model) > MODEL_ROOM or data > INPUT_ROOM:
        pytest.skip("model or inputs are larger than the test machine's memories")
    run = device.run(case.model, case.inputs, invocations=STEPS_ON_THE_CORE, stream=True)
    if run.error == "arena too small":
        pytest.skip(f"it needs more than {ARENA} bytes of arena")
    assert run.done, run.log
    assert run.output == expected_output(case)


def speech(word: str) -> Case:
    """TFLM's audio front end over a recording: 30 ms of every 20 ms."""
    path = FOLDER / "audio_preprocessor_int8.tflite"
    recordings = sorted((FOLDER.parents[1] / "data/speech_commands" / word).glob("*.wav"))
    if not recordings or not path.exists():
        pytest.skip("the recordings are not beside the checkout")
    with wave.open(str(recordings[0])) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    starts = range(0, len(samples) - FRAME + 1, FRAME_STEP)
    frames = tuple(samples[np.newaxis, start : start + FRAME] for start in starts)
    return Case(word, path.read_bytes(), frames, 1, len(frames))


@pytest.mark.parametrize("word", ["yes", "no", "up", "bird", "happy", "zero"])
def test_the_audio_front_end_follows_speech(runner: Runner, word: str) -> None:
    case = speech(word)
    run = runner.run(case.model, case.inputs, invocations=case.steps, stream=True)
    assert run.done, run.log
    assert run.output == expected_output(case)
    assert len(set(run.output)) > 20, "it is as good as silent"


def test_a_hybrid_model_is_refused_as_by_tflm(runner: Runner) -> None:
    path = FOLDER / f"{REFUSED}.tflite"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the checkout")
    run = runner.run(path.read_bytes())
    assert (run.step, run.error) == ("allocate", "unsupported")
    content = path.read_bytes()
    faults = [f for f in check(parse_model(content), content) if f.severity is Severity.ERROR]
    assert faults
