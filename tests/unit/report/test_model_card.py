"""The model card states what was counted."""

import numpy as np
import pytest

from workbench.model.card import Card, DataSource, Heard
from workbench.model.confusion import Confusion
from workbench.model.inspection import inspect_model
from workbench.report.model_card import model_card
from workbench.support.resources import own_model


@pytest.fixture
def confusion() -> Confusion:
    actual = np.array([0, 0, 0, 0, 1, 1])
    predicted = np.array([0, 0, 0, 1, 1, 0])
    return Confusion.of(("yes", "no"), actual, predicted)


def test_counts_and_shares(confusion):
    assert confusion.counts == ((3, 1), (1, 1))
    assert (confusion.total, confusion.accuracy) == (6, 4 / 6)
    assert (confusion.recall(0), confusion.precision(1)) == (0.75, 0.5)
    assert confusion.balanced_accuracy == (0.75 + 0.5) / 2


def test_a_class_without_recordings_has_no_recall():
    assert Confusion(("a", "b"), ((0, 0), (0, 2))).recall(0) == 0.0


def test_the_card_states_model_recipe_and_accuracy(confusion):
    card = Card(
        title="Keyword spotter",
        command="workbench model train --seed 1",
        tensorflow="2.21.0",
        sources=(DataSource("a.npz", "ab" * 32, {"yes": 4, "no": 2}),),
        folds=5,
        cross_validation=confusion,
        recordings=(Heard("no_1.wav", "no", "yes", 0.5),),
    )
    text = model_card(card, inspect_model(own_model()))
    assert "| yes | 3 | 1 | 75.0% | 75.0% |" in text
    assert "6 recordings, accuracy 66.7%, mean recall 62.5%." in text
    assert "| no_1.wav | no | yes | 0.50 | WRONG |" in text
    assert "1,035 parameters, 11,040 multiply-accumulates" in text
    assert "never trained on" not in text


def test_the_committed_card_belongs_to_the_committed_model():
    card = (own_model().parent / "README.md").read_text(encoding="utf-8")
    assert inspect_model(own_model()).model.sha256 in card
