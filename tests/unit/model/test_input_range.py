"""Inputs that saturate, or use a tenth of the range, are told with figures."""

from dataclasses import replace

import numpy as np
import pytest

from workbench.benchmark.inputs import own_recordings, random_inputs
from workbench.model.features import Features
from workbench.model.input_range import range_warnings
from workbench.model.reader import read_model
from workbench.model.tensor_info import TensorInfo
from workbench.support.resources import own_model

INT8 = TensorInfo("serving_default_x:0", "int8", (100,), 0.5, 28)  # -78 to 49.5


def scaled(factor):
    features = own_recordings().features
    return [replace(one, arrays=(one.arrays[0] * np.float32(factor),)) for one in features]


def told(features):
    return range_warnings(features, tuple(map(TensorInfo.of, read_model(own_model()).inputs)))


def test_inputs_as_in_training_are_not_warned_of():
    assert told(scaled(1)) == ()
    assert told(random_inputs(read_model(own_model())).features) == ()


def test_inputs_ten_times_too_large_saturate():
    (text,) = told(scaled(10))
    assert "% of 3,920 elements saturate" in text
    assert "9.3 times the range of the input" in text


def test_inputs_ten_times_too_small_use_a_tenth_of_the_steps():
    (text,) = told(scaled(0.1))
    assert "3,920 elements use 25 of 256 steps" in text
    assert "0.093 times the range" in text


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        (np.array([-78, 49.5] * 50, np.float32), ""),
        (np.array([-78, 49.5] * 50, np.float32) + 100, "50.0% of 100 elements saturate"),
        (np.array([-128, 127] * 50, np.int8), ""),  # elements of its own type: the ends are meant
        (np.array([3, 4] * 50, np.int8), "use 2 of 256 steps: they span -12.5 to -12"),
        (np.array([3, 4], np.float32), ""),  # too few to say
    ],
)
def test_by_elements(values, complaint):
    found = range_warnings([Features("a", (values,))], (INT8,))
    assert len(found) == bool(complaint)
    assert complaint in "".join(found)


def test_an_input_that_is_not_quantized_has_no_range():
    floats = TensorInfo("x", "float32", (100,))
    assert range_warnings([Features("a", (np.zeros(100, np.float32),))], (floats,)) == ()
