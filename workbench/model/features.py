"""From files to what a model takes: recordings (.wav) and feature files (.npy, .npz)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import FeatureError
from workbench.model.archive import read_archive
from workbench.model.mfcc import CLIP_SAMPLES, FEATURE_SHAPE, SAMPLE_RATE, mfcc
from workbench.model.recordings import read_wav
from workbench.model.tensor_info import Array, TensorInfo

MFCC = TensorInfo("features", "float32", FEATURE_SHAPE)
"""What a recording of speech gives."""


@dataclass(frozen=True, eq=False)
class Features:
    """What a model is run on once.

    `arrays`: one for each input of the model, in its shape: float32, which is quantized where the
    input is, or elements of the input's own type. `note` says what was done to the file to get
    them, if anything; `expected` is the label in the file, if it has one. `first`: a file begins
    here, and a model that keeps a state starts anew.
    """

    name: str
    arrays: tuple[Array, ...]
    note: str = ""
    expected: str | None = None
    first: bool = True


def read_features(path: Path, tensors: Sequence[TensorInfo] = (MFCC,)) -> tuple[Features, ...]:
    """Read a .wav (one input), or an .npy or .npz (one input, or one a row).

    `tensors` are the model's inputs. Raises FeatureError for a missing or damaged file, or one
    that does not fit them.
    """
    suffix = path.suffix.lower()
    if suffix == ".wav":
        return (_from_wav(path, tensors),)
    if suffix not in (".npy", ".npz"):
        raise FeatureError(
            f"{path}: neither a recording nor features",
            "give 16 kHz mono speech as .wav, or features as .npy or .npz",
        )
    archive = read_archive(path, tensors)
    rows = range(archive.rows)
    names = archive.names or tuple(
        f"{path.name}[{i}]" if len(rows) > 1 else path.name for i in rows
    )
    expected = archive.labels or (None,) * len(rows)
    return tuple(
        Features(
            names[i], tuple(row[i] for row in archive.inputs), expected=expected[i], first=i == 0
        )
        for i in rows
    )


def _from_wav(path: Path, tensors: Sequence[TensorInfo]) -> Features:
    takes_speech = [_takes_speech(tensor) for tensor in tensors]
    if takes_speech != [True]:
        shapes = " and ".join(" x ".join(map(str, tensor.shape)) for tensor in tensors)
        raise FeatureError(
            f"{path}: the model takes {shapes}, speech gives 49 x 10 MFCC",
            "give the model's own features as .npy or .npz",
        )
    samples = read_wav(path)
    note = ""
    if samples.size > CLIP_SAMPLES:
        note = f"{samples.size / SAMPLE_RATE:.2f} s long: only the first second is used"
    elif not samples.any():
        note = "silent: every sample is zero"
    return Features(path.name, (mfcc(samples).reshape(tensors[0].shape),), note)


def _takes_speech(tensor: TensorInfo) -> bool:
    fits = tensor.elements == MFCC.elements
    return fits and (tensor.dtype == MFCC.dtype or tensor.is_quantized)
