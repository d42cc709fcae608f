"""Training, with a recipe too short to learn much: what comes out is whole and repeats."""

import json
import sys

import numpy as np
import pytest

from workbench.errors import FeatureError, UserError
from workbench.model.inspection import inspect_model
from workbench.model.publish import train_and_publish
from workbench.model.train import Recipe
from workbench.report.model_card import model_card

RECIPE = Recipe(epochs=1, folds=2, word_examples=64, unknown_examples=64)


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    """Two words and the rest, each a pattern of its own under noise."""
    random = np.random.default_rng(0)
    label = np.repeat([0, 1, 2], 8)
    pattern = random.normal(0, 3, (3, 49, 10))
    values = pattern[label] + random.normal(0, 0.3, (24, 49, 10))
    path = tmp_path_factory.mktemp("data") / "words.npz"
    np.savez(path, features=values, label=label, label_names=np.array(["yes", "no", "stop"]))
    return path


def test_too_few_recordings_for_the_folds(features, tmp_path):
    with pytest.raises(FeatureError, match="only 8 recordings"):
        train_and_publish([features], tmp_path, Recipe(folds=9), model_card)


def test_without_tensorflow_it_says_how_to_get_it(features, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(UserError, match="needs TensorFlow") as caught:
        train_and_publish([features], tmp_path / "out", RECIPE, model_card)
    assert "pip install" in caught.value.hint
    assert "tensorflow" in caught.value.hint
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_training_writes_a_model_that_runs_and_repeats(features, tmp_path):
    pytest.importorskip("tensorflow", reason="needs TensorFlow, the extra `train`")
    stages = []
    published = train_and_publish(
        [features], tmp_path / "a", RECIPE, model_card, progress=lambda one, *_: stages.append(one)
    )
    assert stages == ["fold 1 of 2", "fold 2 of 2", "final model"]
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == [
        "README.md",
        "labels.txt",
        "model.tflite",
        "training.json",
    ]
    inspection = inspect_model(tmp_path / "a" / "model.tflite")
    assert inspection.runs
    assert (inspection.macs, inspection.parameters) == (11_040, 1_035)
    assert published.cross_validation.total == 24
    recorded = json.loads((tmp_path / "a" / "training.json").read_text())
    assert recorded["recipe"]["epochs"] == 1

    train_and_publish([features], tmp_path / "b", RECIPE, model_card)
    for name in ("model.tflite", "README.md", "training.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
