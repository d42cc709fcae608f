"""Training data: labels become the words to tell apart, folds are even, augmentation is real."""

import numpy as np
import pytest

from workbench.errors import FeatureError
from workbench.model.augment import Augmentation, augment
from workbench.model.dataset import join, read_dataset, stratified_folds


@pytest.fixture
def archive(tmp_path):
    names = np.array(["no", "stop", "yes"])
    label = np.array([0, 1, 2, 2, 1, 1])
    features = np.random.default_rng(0).normal(size=(6, 49, 10))
    np.savez(tmp_path / "a.npz", features=features, label=label, label_names=names)
    return tmp_path / "a.npz"


def test_every_other_word_is_unknown(archive):
    data = read_dataset(archive, ("yes", "no"))
    assert data.labels == ("yes", "no", "unknown")
    assert data.classes.tolist() == [1, 2, 0, 0, 2, 2]
    assert data.counts() == {"yes": 2, "no": 1, "unknown": 3}


def test_a_word_that_nobody_says_is_named(archive):
    with pytest.raises(FeatureError, match='no recordings of "maybe"') as caught:
        read_dataset(archive, ("yes", "maybe"))
    assert "no, stop, yes" in caught.value.hint


def test_data_without_labels_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", features=np.zeros((2, 49, 10)))
    with pytest.raises(FeatureError, match="no labels"):
        read_dataset(tmp_path / "a.npz", ("yes",))


def test_sets_are_joined(archive):
    data = read_dataset(archive, ("yes", "no"))
    assert len(join([data, data])) == 12


def test_folds_are_disjoint_complete_and_even():
    classes = np.array([0] * 10 + [1] * 5)
    tested = []
    for seen, unseen in stratified_folds(classes, 5, np.random.default_rng(0)):
        assert not set(seen) & set(unseen)
        assert np.bincount(classes[unseen]).tolist() == [2, 1]
        tested += unseen.tolist()
    assert sorted(tested) == list(range(15))


def test_augmented_copies_differ_and_repeat_with_the_seed():
    features = np.random.default_rng(0).normal(size=(4, 49, 10)).astype(np.float32)
    first, again, other = (
        augment(features, Augmentation(), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    assert first.shape == features.shape
    assert np.array_equal(first, again)
    assert not np.allclose(first, other)
    assert np.isfinite(first).all()


def test_augmentation_of_nothing_changes_nothing():
    features = np.random.default_rng(0).normal(size=(4, 49, 10)).astype(np.float32)
    none = Augmentation(
        shift_frames=0, stretch=0, mel_warp=0, tilt=0, gain=0, noise_share=0, masked_share=0
    )
    changed = augment(features, none, np.random.default_rng(0))
    assert np.allclose(changed, features, atol=1e-4)
