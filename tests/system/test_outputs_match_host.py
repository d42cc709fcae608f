"""Every image answers byte for byte what `tflite_micro` answers on the host."""

from pathlib import Path

import numpy as np
import pytest

from workbench.benchmark.inputs import file_inputs, random_inputs
from workbench.builder.plan import KERNEL_SETS
from workbench.image import Image
from workbench.model.oracle import Oracle
from workbench.model.reader import read_model
from workbench.platform import select_platform
from workbench.runs.inference import boot
from workbench.support.resources import own_model

SHARED = Path(__file__).parents[3] / "shared"
FEATURES = SHARED / "data" / "kws_features" / "mlperf_tiny_kws01_half.npz"

pytest.importorskip("tflite_micro", reason="the host oracle is not installed")


def assert_equal_outputs(built, model, inputs):
    """Run all inputs on the image and on the host."""
    oracle = Oracle.from_file(model)
    with boot(Image.from_file(built.elf), select_platform(built.board), "embedded") as session:
        for features in inputs.features:
            (expected,) = oracle.answer(features)
            answer = session.client.answer(features)
            np.testing.assert_array_equal(answer.outputs[0], expected, features.name)
            assert answer.top == expected.argmax(), features.name


@pytest.mark.parametrize("kernels", KERNEL_SETS)
@pytest.mark.parametrize("board", ["stm32f4_discovery", "nrf52840_dk"])
def test_the_keyword_spotter_on_all_shared_features(board, kernels, firmware_image):
    if not FEATURES.is_file():
        pytest.skip("the shared features are not beside the checkout")
    inputs = file_inputs([FEATURES], read_model(own_model()))
    assert len(inputs.features) == 498
    assert_equal_outputs(firmware_image(board, kernels), own_model(), inputs)


@pytest.mark.slow
@pytest.mark.parametrize("kernels", KERNEL_SETS)
@pytest.mark.parametrize("name", ["kws_ref_model", "ad01_int8"])
def test_the_mlperf_tiny_models_on_random_inputs(name, kernels, firmware_image):
    model = SHARED / "models" / f"{name}.tflite"
    if not model.is_file():
        pytest.skip("the shared models are not beside the checkout")
    built = firmware_image("stm32f4_discovery", kernels, model)
    assert_equal_outputs(built, model, random_inputs(read_model(model)))
