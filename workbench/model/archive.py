"""Feature files: .npy and .npz, read with checks."""

from __future__ import annotations

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

FloatArray = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[Any]]

_MAX_BYTES = 512 * 1024 * 1024


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
    if "features" in arrays:
        features = arrays["features"]
    elif "features_int8" in arrays:
        features = _dequantized(path, arrays)
    else:
        found = ", ".join(sorted(arrays)) or "nothing"
        raise FeatureError(
            f"{path}: no array named features or features_int8, but {found}",
            "save floats with numpy.savez(file, features=...)",
        )
    rows = _rows(path, features, shape)
    label_names = tuple(str(name) for name in arrays.get("label_names", ()))
    names = tuple(str(name) for name in arrays.get("file_names", ()))
    return Archive(
        features=rows,
        labels=_labels(path, arrays, label_names, len(rows)),
        label_names=label_names,
        names=names if len(names) == len(rows) else (),
    )


def _load(path: Path) -> npt.NDArray[Any] | dict[str, npt.NDArray[Any]]:
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "no such file"
        raise FeatureError(f"{path}: {what}", "give a .npy or .npz file")
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise FeatureError(f"{path}: larger than {_MAX_BYTES >> 20} MiB")
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                if sum(entry.file_size for entry in packed.infolist()) > _MAX_BYTES:
                    raise FeatureError(f"{path}: unpacks to more than {_MAX_BYTES >> 20} MiB")
        loaded = np.load(path, allow_pickle=False)
        if isinstance(loaded, np.ndarray):
            return loaded
        with loaded:
            return {key: loaded[key] for key in loaded.files}
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


def _dequantized(path: Path, arrays: Arrays) -> FloatArray:
    quantized = arrays["features_int8"]
    if quantized.dtype != np.int8:
        raise FeatureError(f"{path}: features_int8 has type {quantized.dtype}")
    parameters = [arrays.get(key, np.empty(0)) for key in ("scale", "zero_point")]
    if any(p.size != 1 or p.dtype.kind not in "fiu" for p in parameters):
        raise FeatureError(f"{path}: features_int8 needs one number each as scale and zero_point")
    scale, zero_point = (p.reshape(()).item() for p in parameters)
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
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite
        values = features.astype(np.float32)
    if not np.isfinite(values).all():
        raise FeatureError(
            f"{path}: features hold values that are not finite",
            "look for NaN, infinity, or numbers beyond float32 in what computed them",
        )
    return values.reshape(-1, *shape)


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
