"""Feature files: .npy and .npz, read with checks."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import FeatureError
from workbench.model.quantization import dequantize
from workbench.model.tensor_info import Array, TensorInfo
from workbench.support.files import MIB, read_file

Arrays = Mapping[str, Array]

MAX_BYTES = 256 * MIB  # of a file, packed and unpacked
_MAX_ELEMENTS = MAX_BYTES // 4  # of an array that becomes float32
_MAX_LABELS = 65_536

_FEATURES = ("features", "features_int8")
_BESIDE = ("scale", "zero_point", "label", "label_names", "file_names")
_HINT = "give a .npy or .npz file"


@dataclass(frozen=True)
class Archive:
    """Inputs for a model, one a row, and what the file says about each.

    `inputs`: for each input of the model an array (n, *shape), float32 or of the input's own type.
    `labels` and `names` have n entries, or none.
    """

    inputs: tuple[Array, ...]
    labels: tuple[str, ...] = ()
    label_names: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many inputs it holds."""
        return len(self.inputs[0])


def read_archive(path: Path, tensors: Sequence[TensorInfo]) -> Archive:
    """Read rows of inputs for a model with the inputs `tensors` from an .npy or .npz.

    An .npy holds one array: one input, or n of them as rows. An .npz holds the same as `features`,
    or int8 as `features_int8` with `scale` and `zero_point`, or an array for each input by its
    name; one of a single row serves all rows of the others. Optionally it has `label` (n,), an
    index into `label_names`, and `file_names` (n,). Raises FeatureError for anything else.
    """
    loaded = _load(path, tensors)
    arrays = {"features": loaded} if isinstance(loaded, np.ndarray) else loaded
    inputs = _inputs(path, arrays, tensors)
    label_names = _texts(path, arrays, "label_names", _MAX_LABELS)
    return Archive(
        inputs=inputs,
        labels=_labels(path, arrays, label_names, len(inputs[0])),
        label_names=label_names,
        names=_texts(path, arrays, "file_names", len(inputs[0])),
    )


def read_features_file(path: Path) -> bytes:
    """Return what the file of features at `path` holds, packed as it is."""
    return read_file(path, FeatureError, _HINT, most=MAX_BYTES)


def _load(path: Path, tensors: Sequence[TensorInfo]) -> Array | dict[str, Array]:
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
            return _members(path, loaded, tensors)
    except FeatureError:
        raise
    # A damaged archive makes numpy and zipfile raise a dozen kinds of error. What is not an archive
    # at all numpy takes for a pickle, which it advises to load.
    except Exception as error:
        why = "" if "pickle" in str(error) else f" ({error})"
        raise FeatureError(
            f"{path}: not a readable .npy or .npz{why}",
            "save it with numpy.save or numpy.savez, without pickled objects",
        ) from None


def _members(path: Path, loaded: Any, tensors: Sequence[TensorInfo]) -> dict[str, Array]:
    files = set(loaded.files)
    by_name = [_member_of(tensor, files) for tensor in tensors]
    if None not in by_name:
        wanted = {*filter(None, by_name), *_BESIDE}
    elif len(tensors) == 1 and files & set(_FEATURES):
        wanted = {*_FEATURES, *_BESIDE}
    else:
        raise _no_inputs(path, sorted(files), tensors)
    arrays = {}
    for name in sorted(wanted & files):
        arrays[name] = loaded[name]
        if not isinstance(arrays[name], np.ndarray):  # numpy gives the bytes of anything else
            raise FeatureError(
                f"{path}: {name}.npy is not an array in NumPy's format", "save it with numpy.savez"
            )
    return arrays


def _member_of(tensor: TensorInfo, files: Collection[str]) -> str | None:
    """The member that has the input's name, whole or short."""
    names = (tensor.name, tensor.short_name)
    return next((name for name in names if name and name in files), None)


def _no_inputs(path: Path, files: Sequence[str], tensors: Sequence[TensorInfo]) -> FeatureError:
    found = ", ".join(files[:20]) or "nothing"
    if len(tensors) == 1:
        return FeatureError(
            f"{path}: no array named features or features_int8, but {found}",
            "save it with numpy.savez(file, features=...)",
        )
    names = ", ".join(f'"{tensor.short_name}": ...' for tensor in tensors)
    return FeatureError(
        f"{path}: the model has {len(tensors)} inputs, the file has {found}",
        f"save an array for each with numpy.savez(file, **{{{names}}})",
    )


def _inputs(path: Path, arrays: Arrays, tensors: Sequence[TensorInfo]) -> tuple[Array, ...]:
    """Rows for each input, as many for all of them."""
    if len(tensors) > 1 and "features" in arrays and _member_of(tensors[0], arrays) is None:
        raise _no_inputs(path, ["one array"], tensors)
    found = [_rows(path, *_array_for(path, arrays, tensor), tensor) for tensor in tensors]
    count = max(map(len, found))
    for rows, tensor in zip(found, tensors, strict=True):
        if len(rows) not in (1, count):
            raise FeatureError(
                f"{path}: {tensor.short_name} has {len(rows)} rows, another input has {count}",
                "give as many rows for each input, or one row that serves them all",
            )
    return tuple(np.broadcast_to(rows, (count, *rows.shape[1:])) for rows in found)


def _array_for(path: Path, arrays: Arrays, tensor: TensorInfo) -> tuple[str, Array]:
    """The array for an input, and its name in the file."""
    name = _member_of(tensor, arrays)
    if name is not None:
        return name, arrays[name]
    if "features" in arrays:
        return "features", arrays["features"]
    return "features_int8", _quantized(path, arrays, tensor)


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


def _quantized(path: Path, arrays: Arrays, tensor: TensorInfo) -> Array:
    """`features_int8`: as they are where the input is quantized so, else what they stand for."""
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
    same = (np.float32(scale), int(zero_point)) == (np.float32(tensor.scale), tensor.zero_point)
    if tensor.dtype == "int8" and same:
        return quantized
    return dequantize(quantized, scale, int(zero_point))


def _rows(path: Path, name: str, values: Array, tensor: TensorInfo) -> Array:
    if values.size == 0 or not _fits(values.shape, tensor.shape):
        wanted = " x ".join(map(str, tensor.shape))
        raise FeatureError(
            f"{path}: {name} has shape {values.shape}; one input is {wanted}",
            "give one input, or several along a first axis; an input may also lie flat",
        )
    _require_few(path, values)
    return tensor.admit(values, f"{path}: {name}").reshape(-1, *tensor.shape)


def _require_few(path: Path, features: Array) -> None:
    if features.size > _MAX_ELEMENTS:
        raise FeatureError(
            f"{path}: {features.size:,} numbers, more than {_MAX_ELEMENTS:,}", "split the file"
        )


def _fits(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Return whether an array holds one input or rows of them; axes of length 1 do not count."""
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
