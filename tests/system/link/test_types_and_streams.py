"""Inputs and outputs of every type, and state that lasts, over the link as in `tflite_micro`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.stateful import GENERATORS
from workbench.benchmark.inputs import random_inputs
from workbench.image import Image
from workbench.model.oracle import Oracle
from workbench.model.reader import read_model
from workbench.platform import select_platform
from workbench.runs.inference import boot

pytest.importorskip("tflite_micro", reason="the host oracle is not installed")

MODELS = Path(__file__).parents[4] / "shared" / "models" / "public"
DTYPES = (np.int8, np.uint8, np.int16, np.int32, np.bool_, np.float32)
SEED = 5


@pytest.fixture
def same_as_host(firmware_image):
    """Return a function that holds a stream of random inputs, with a reset, to the host."""

    def check(model: Path, board: str = "stm32f4_discovery") -> None:
        inputs = random_inputs(read_model(model)).features
        # A second file begins in the middle.
        inputs = tuple(replace(one, first=index in (0, 5)) for index, one in enumerate(inputs))
        built = firmware_image(board, "reference", model)
        with (
            Oracle.from_file(model) as oracle,
            boot(Image.from_file(built.elf), select_platform(board), "embedded") as session,
        ):
            for features in inputs:
                expected = oracle.answer(features)
                answer = session.client.answer(features)
                for ours, theirs in zip(answer.outputs, expected, strict=True):
                    assert ours.dtype == theirs.dtype
                    assert ours.tobytes() == theirs.tobytes(), features.name
                assert answer.top == expected[0].argmax()

    return check


def test_six_inputs_and_outputs_of_six_types(tmp_path, same_as_host):
    builder = ModelBuilder()
    inputs, outputs = [], []
    for dtype in DTYPES:
        kept = Quantization([0.5], [0]) if dtype in (np.int8, np.uint8, np.int16) else None
        inputs.append(builder.tensor((2, 3), dtype, kept))
        outputs.append(builder.tensor((6,), dtype, kept))
        builder.operator(tflite.BuiltinOperator.RESHAPE, inputs[-1:], outputs[-1:])
    model = tmp_path / "types.tflite"
    model.write_bytes(builder.finish(inputs, outputs))
    same_as_host(model)


@pytest.mark.parametrize("kind", ["variables", "svdf_int8", "lstm_int16"])
def test_state_lasts_until_it_is_reset(tmp_path, same_as_host, kind):
    model = tmp_path / f"{kind}.tflite"
    model.write_bytes(GENERATORS[kind](np.random.default_rng(SEED)).model)
    same_as_host(model)


@pytest.mark.parametrize("board", ["stm32f4_discovery", "nrf52840_dk"])
def test_a_streaming_wake_word(same_as_host, board):
    model = MODELS / "microwakeword_okay_nabu.tflite"
    if not model.exists():
        pytest.skip("the shared models are not beside the checkout")
    same_as_host(model, board)
