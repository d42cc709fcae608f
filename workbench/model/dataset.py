"""Labelled MFCC features for training: read, mapped to the words that a model tells apart."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.errors import FeatureError
from workbench.model.mfcc import FEATURE_SHAPE

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
        return DataSet(self.features[indices], self.classes[indices], self.labels)

    def counts(self) -> dict[str, int]:
        """Recordings by label."""
        found = np.bincount(self.classes, minlength=len(self.labels))
        return {label: int(n) for label, n in zip(self.labels, found, strict=True)}


def read_dataset(path: Path, words: Sequence[str]) -> DataSet:
    """Read an .npz of labelled features; every label that is not in `words` becomes "unknown".

    Keys: `label` (n,) with indices into `label_names`, and either `features_int8` (n, 49, 10)
    with `scale` and `zero_point`, or `features` (n, 49, 10) of floats.
    Raises FeatureError for a missing file, key or word, or a shape that does not fit.
    """
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except FileNotFoundError:
        raise FeatureError(f"{path}: no such file", "give the features with --features") from None
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise FeatureError(f"{path}: not a readable .npz archive ({error})") from None
    features = _float_features(path, arrays)
    names = [str(name) for name in _array(path, arrays, "label_names")]
    label = _array(path, arrays, "label")
    if label.shape != features.shape[:1] or label.dtype.kind not in "iu":
        raise FeatureError(f"{path}: label must hold one integer for each of {len(features)} rows")
    if label.size == 0 or int(label.min()) < 0 or int(label.max()) >= len(names):
        raise FeatureError(f"{path}: label points outside the {len(names)} label_names")
    for word in words:
        if word not in names:
            known = ", ".join(names)
            raise FeatureError(f'{path}: no recordings of "{word}"', f"it has: {known}")
    labels = (*words, UNKNOWN)
    to_class = np.array([labels.index(n) if n in words else len(words) for n in names], np.int64)
    return DataSet(features, to_class[label], labels)


def join(sets: Sequence[DataSet]) -> DataSet:
    """One data set of several with the same labels."""
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


def _float_features(path: Path, arrays: dict[str, npt.NDArray]) -> FloatArray:
    if "features" in arrays:
        features = arrays["features"]
    else:
        raw = _array(path, arrays, "features_int8").astype(np.float32)
        scale = float(_array(path, arrays, "scale"))
        zero_point = int(_array(path, arrays, "zero_point"))
        features = (raw - np.float32(zero_point)) * np.float32(scale)
    if features.ndim != 3 or features.shape[1:] != FEATURE_SHAPE or features.dtype.kind != "f":
        raise FeatureError(
            f"{path}: features have shape {features.shape} and type {features.dtype}, "
            f"not (n, {FEATURE_SHAPE[0]}, {FEATURE_SHAPE[1]}) of floats"
        )
    if not np.isfinite(features).all():
        raise FeatureError(f"{path}: features hold values that are not finite")
    return features.astype(np.float32)


def _array(path: Path, arrays: dict[str, npt.NDArray], key: str) -> npt.NDArray:
    if key not in arrays:
        raise FeatureError(
            f'{path}: no array named "{key}"',
            "a training archive holds label, label_names and either features or "
            "features_int8, scale and zero_point",
        )
    return arrays[key]
