"""Labelled MFCC features for training: read, mapped to the words that a model distinguishes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.errors import FeatureError
from workbench.model.archive import read_archive
from workbench.model.features import MFCC

UNKNOWN = "unknown"

FloatArray = npt.NDArray[np.float32]
LabelArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DataSet:
    """`features` float32 (n, 49, 10); `classes` int64 (n,), an index into `labels`."""

    features: FloatArray
    classes: LabelArray
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.classes)

    def subset(self, indices: npt.NDArray[np.int64]) -> DataSet:
        """Return the recordings with these indices."""
        return DataSet(self.features[indices], self.classes[indices], self.labels)

    def counts(self) -> dict[str, int]:
        """Return how many recordings there are of each label."""
        found = np.bincount(self.classes, minlength=len(self.labels))
        return {label: int(n) for label, n in zip(self.labels, found, strict=True)}


def read_dataset(path: Path, words: Sequence[str]) -> DataSet:
    """Read an .npz of labelled features; every label that is not in `words` becomes "unknown".

    The arrays are those of `read_archive`, with labels. Raises FeatureError for a missing file,
    array or word, or a shape that does not fit.
    """
    archive = read_archive(path, (MFCC,))
    if not archive.labels:
        raise FeatureError(
            f"{path}: the recordings have no labels",
            "a training archive holds label and label_names beside its features",
        )
    for word in words:
        if word not in archive.labels:
            known = ", ".join(archive.label_names)
            raise FeatureError(f'{path}: no recordings of "{word}"', f"it has: {known}")
    labels = (*words, UNKNOWN)
    index = {word: i for i, word in enumerate(words)}
    classes = [index.get(label, len(words)) for label in archive.labels]
    return DataSet(archive.inputs[0], np.array(classes, np.int64), labels)


def join(sets: Sequence[DataSet]) -> DataSet:
    """Return one data set of several with the same labels."""
    return DataSet(
        np.concatenate([s.features for s in sets]),
        np.concatenate([s.classes for s in sets]),
        sets[0].labels,
    )


def stratified_folds(
    classes: LabelArray, folds: int, random: np.random.Generator
) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """Yield `folds` pairs of (training, test) indices; every class is spread evenly over them."""
    fold_of = np.empty(len(classes), np.int64)
    for value in np.unique(classes):
        members = random.permutation(np.flatnonzero(classes == value))
        fold_of[members] = np.arange(len(members)) % folds
    for fold in range(folds):
        yield np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)
