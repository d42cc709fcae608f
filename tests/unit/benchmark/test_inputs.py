"""What a model is tried on."""

import numpy as np
import pytest

from workbench.benchmark.inputs import file_inputs, own_recordings, random_inputs
from workbench.model.reader import read_model
from workbench.model.values import Model, Tensor
from workbench.runs.inference import expected_label
from workbench.support.resources import own_model

LABELS = ("yes", "no", "unknown")


def test_every_recording_of_the_project_starts_with_the_word_that_is_said():
    inputs = own_recordings()
    words = {features.expected for features in inputs.features}
    assert {"yes", "no"} < words
    assert str(len(inputs.features)) in inputs.what


def test_random_inputs_are_the_same_every_time_and_fill_the_range():
    model = read_model(own_model())
    first, second = random_inputs(model), random_inputs(model)
    for one, other in zip(first.features, second.features, strict=True):
        np.testing.assert_array_equal(one.arrays, other.arrays)
    assert first.features[0].arrays[0].shape == model.inputs[0].shape
    assert "seed" in first.what


def test_files_become_inputs_in_their_order(tmp_path):
    for name, rows in (("a.npy", 1), ("b.npy", 3)):
        np.save(tmp_path / name, np.zeros((rows, 49, 10), np.float32))
    inputs = file_inputs([tmp_path / "a.npy", tmp_path / "b.npy"], read_model(own_model()))
    assert len(inputs.features) == 4
    assert inputs.what == "4 inputs from a.npy, b.npy"


def test_each_input_of_a_model_gets_elements_of_its_type():
    kinds = ("INT8", "UINT8", "INT16", "INT32", "BOOL", "FLOAT32")
    tensors = tuple(Tensor(i, kind.lower(), kind, (1, 4)) for i, kind in enumerate(kinds))
    model = Model("", 0, 3, "", (), (), tensors, tensors[:1], (), 0)
    first, second, *_ = random_inputs(model).features
    assert [str(array.dtype) for array in first.arrays] == [kind.lower() for kind in kinds]
    assert (first.first, second.first) == (True, False)


@pytest.mark.parametrize(
    ("said", "expected"),
    [("yes", "yes"), ("house", "unknown"), ("unknown", "unknown"), (None, None)],
)
def test_a_word_without_a_label_of_its_own_should_be_answered_with_unknown(said, expected):
    assert expected_label(said, LABELS) == expected


def test_without_an_unknown_label_nothing_is_expected_of_another_word():
    assert expected_label("house", ("yes", "no")) is None
