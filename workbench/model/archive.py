"""Feature files: .npy and .npz, read with checks."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import FeatureError
from workbench.model.quantization import dequantize
from workbench.support.files import MIB, read_file

FloatArray = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[Any]]

MAX_BYTES = 256 * MIB  # of a file, packed and unpacked
_MAX_ELEMENTS = MAX_BYTES // 4  # of features, which become float32
_MAX_LABELS = 65_536

_NAMES = ("features", "features_int8", "scale", "zero_point", "label", "label_names", "file_names")
_HINT = "give a .npy or .npz file"


@dataclass(frozen=True)
class Archive:
    """Inputs for a model, one a row, and what the file says about each.

    `features`: float32 (n, *shape). `labels` and `names` have n entries, or none.
    """

    features: FloatArray
    labels: tuple[str, ...] = ()
    label_names: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def read_archive(path: Path, shape: tuple[int, ...]) -> Archive:
    """Read inputs of `shape` from an .npy or .npz.

    An .npy holds one array of floats: one input, or n of them as rows. An .npz holds the same as
    `features`, or int8 as `features_int8` with `scale` and `zero_point`; optionally `label` (n,),
    an index into `label_names`, and `file_names` (n,). Raises FeatureError for anything else.
    """
    loaded = _load(path)
    arrays = {"features": loaded} if isinstance(loaded, np.ndarray) else loaded
    features = arrays["features"] if "features" in arrays else _dequantized(path, arrays)
    rows = _rows(path, features, shape)
    label_names = _texts(path, arrays, "label_names", _MAX_LABELS)
    return Archive(
        features=rows,
        labels=_labels(path, arrays, label_names, len(rows)),
        label_names=label_names,
        names=_texts(path, arrays, "file_names", len(rows)),
    )


def read_features_file(path: Path) -> bytes:
    """Return what the file of features at `path` holds, packed as it is."""
    return read_file(path, FeatureError, _HINT, most=MAX_BYTES)


def _load(path: Path) -> npt.NDArray[Any] | dict[str, npt.NDArray[Any]]:
    """The array of an .npy, or those of an .npz whose names mean something."""
    content = io.BytesIO(read_features_file(path))
    try:
        if zipfile.is_zipfile(content):
            with zipfile.ZipFile(content) as packed:
                if sum(entry.file_size for entry in packed.infolist()) > MAX_BYTES:
                    raise FeatureError(f"{path}: unpacks to more than {MAX_BYTES // MIB} MiB")
        content.seek(0)
        loaded = np.load(content, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            return _members(path, loaded)
    except FeatureError:
        raise
    # A damaged archive makes numpy and zipfile raise a dozen kinds of error. What is no archive
    # at all numpy takes for a pickle, and advises to load that.
    except Exception as error:
        why = "" if "pickle" in str(error) else f" ({error})"
        raise FeatureError(
            f"{path}: not a readable .npy or .npz{why}",
            "save it with numpy.save or numpy.savez, without pickled objects",
        ) from None


def _members(path: Path, loaded: Any) -> dict[str, npt.NDArray[Any]]:
    if not {"features", "features_int8"} & set(loaded.files):
        found = ", ".join(sorted(loaded.files)[:20]) or "nothing"
        raise FeatureError(
            f"{path}: no array named features or features_int8, but {found}",
            "save floats with numpy.savez(file, features=...)",
        )
    arrays = {}
    for name in _NAMES:
        if name in loaded.files:
            arrays[name] = loaded[name]
            if not isinstance(arrays[name], np.ndarray):  # numpy gives the bytes of anything else
                raise FeatureError(
                    f"{path}: {name}.npy is not an array in NumPy's format",
                    "save it with numpy.savez",
                )
    return arrays


def _texts(path: Path, arrays: Arrays, key: str, most: int) -> tuple[str, ...]:
    """A list of at most `most` texts; none where the file has none, or another number of names."""
    found = arrays.get(key)
    if found is None:
        return ()
    if found.ndim != 1 or found.dtype.kind not in "US":
        raise FeatureError(
            f"{path}: {key} has shape {found.shape} and type {found.dtype}",
            "it takes one row of texts, such as numpy.array(['go', 'yes'])",
        )
    if found.size > most:
        raise FeatureError(f"{path}: {key} holds {found.size:,} texts, more than {most:,}")
    if key == "file_names" and found.size != most:
        return ()
    return tuple(str(text) for text in found)


def _dequantized(path: Path, arrays: Arrays) -> FloatArray:
    quantized = arrays["features_int8"]
    if quantized.dtype != np.int8:
        raise FeatureError(f"{path}: features_int8 has type {quantized.dtype}")
    parameters = [arrays.get(key, np.empty(0)) for key in ("scale", "zero_point")]
    if any(p.size != 1 or p.dtype.kind not in "fiu" for p in parameters):
        raise FeatureError(f"{path}: features_int8 needs one number each as scale and zero_point")
    scale, zero_point = (p.reshape(()).item() for p in parameters)
    if not (0 < scale < math.inf and -128 <= zero_point <= 127 and zero_point == int(zero_point)):
        raise FeatureError(
            f"{path}: scale is {scale} and zero_point {zero_point}",
            "the scale is above 0, the zero point a whole number of -128 to 127",
        )
    _require_few(path, quantized)
    return dequantize(quantized, scale, int(zero_point))


def _rows(path: Path, features: npt.NDArray[Any], shape: tuple[int, ...]) -> FloatArray:
    if features.dtype.kind != "f":
        raise FeatureError(
            f"{path}: features have type {features.dtype}, not a floating-point one",
            "int8 features belong in an .npz as features_int8, with scale and zero_point",
        )
    if features.size == 0 or not _fits(features.shape, shape):
        wanted = " x ".join(map(str, shape))
        raise FeatureError(
            f"{path}: features have shape {features.shape}; one input is {wanted}",
            "give one input, or several along a first axis; an input may also lie flat",
        )
    _require_few(path, features)
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite
        values = features.astype(np.float32)
    if not np.isfinite(values).all():
        raise FeatureError(
            f"{path}: features hold values that are not finite",
            "look for NaN, infinity, or numbers beyond float32 in what computed them",
        )
    return values.reshape(-1, *shape)


def _require_few(path: Path, features: npt.NDArray[Any]) -> None:
    if features.size > _MAX_ELEMENTS:
        raise FeatureError(
            f"{path}: {features.size:,} numbers, more than {_MAX_ELEMENTS:,}", "split the file"
        )


def _fits(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether an array holds one input or rows of them; axes of length 1 do not count."""
    axes = tuple(length for length in found if length != 1)
    one = tuple(length for length in wanted if length != 1)
    return any(candidate in (one, (math.prod(wanted),)) for candidate in (axes, axes[1:]))


def _labels(path: Path, arrays: Arrays, label_names: tuple[str, ...], rows: int) -> tuple[str, ...]:
    if "label" not in arrays or not label_names:
        return ()
    label = arrays["label"]
    if label.shape != (rows,) or label.dtype.kind not in "iu":
        raise FeatureError(f"{path}: label must hold one integer for each of {rows} rows")
    if int(label.min()) < 0 or int(label.max()) >= len(label_names):
        raise FeatureError(f"{path}: label points outside the {len(label_names)} label_names")
    return tuple(label_names[index] for index in label)
