"""From files to what a model takes: recordings (.wav) and feature files (.npy, .npz)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.errors import FeatureError
from workbench.model.archive import read_archive
from workbench.model.mfcc import CLIP_SAMPLES, FEATURE_SHAPE, SAMPLE_RATE, mfcc
from workbench.model.recordings import read_wav

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Features:
    """One input for a model.

    `values`: float32 of the shape asked for. `note` says what was done to the file to get it, if
    anything; `expected` is the label in the file, if it has one.
    """

    name: str
    values: FloatArray
    note: str = ""
    expected: str | None = None


def read_features(path: Path, shape: tuple[int, ...] = FEATURE_SHAPE) -> tuple[Features, ...]:
    """Read a .wav (one input), or an .npy or .npz (one input, or one a row).

    `shape` is that of one input, as the model has it: (49, 10) or (1, 49, 10, 1) for MFCC.
    Raises FeatureError for a missing or damaged file, or one that does not fit.
    """
    suffix = path.suffix.lower()
    if suffix == ".wav":
        return (_from_wav(path, shape),)
    if suffix not in (".npy", ".npz"):
        raise FeatureError(
            f"{path}: neither a recording nor features",
            "give 16 kHz mono speech as .wav, or features as .npy or .npz",
        )
    archive = read_archive(path, shape)
    rows = range(len(archive.features))
    names = archive.names or tuple(
        f"{path.name}[{i}]" if len(rows) > 1 else path.name for i in rows
    )
    expected = archive.labels or (None,) * len(rows)
    return tuple(Features(names[i], archive.features[i], expected=expected[i]) for i in rows)


def _from_wav(path: Path, shape: tuple[int, ...]) -> Features:
    if math.prod(shape) != math.prod(FEATURE_SHAPE):
        raise FeatureError(
            f"{path}: the model takes {' x '.join(map(str, shape))}, speech gives 49 x 10 MFCC",
            "give the model's own features as .npy or .npz",
        )
    samples = read_wav(path)
    note = ""
    if samples.size > CLIP_SAMPLES:
        note = f"{samples.size / SAMPLE_RATE:.2f} s long: only the first second is used"
    elif not samples.any():
        note = "silent: every sample is zero"
    return Features(path.name, mfcc(samples).reshape(shape), note)
