"""A model's inputs and outputs: their element types, and from what files hold to what they take."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import FeatureError
from workbench.model.quantization import dequantize, quantize
from workbench.model.values import Tensor

Array = npt.NDArray[Any]

DTYPES = {
    "INT8": "int8",
    "UINT8": "uint8",
    "INT16": "int16",
    "INT32": "int32",
    "BOOL": "bool",
    "FLOAT32": "float32",
}
"""Types of inputs and outputs that the link carries: the schema's names, and NumPy's."""

_QUANTIZED = ("int8", "uint8", "int16")
_PREFIX, _SUFFIX = "serving_default_", ":0"  # what the converter puts around an input's own name


@dataclass(frozen=True)
class TensorInfo:
    """Name, type (a value of `DTYPES`), shape and quantization of an input or output.

    `scale` is 0 for a tensor that is not quantized.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    scale: float = 0.0
    zero_point: int = 0

    @classmethod
    def of(cls, tensor: Tensor) -> TensorInfo:
        """Return what a .tflite says of an input or output, whose type is in `DTYPES`."""
        given = tensor.quantization
        one = given is not None and not given.per_channel
        return cls(
            tensor.name,
            DTYPES[tensor.type],
            tensor.shape,
            given.scale if given is not None and one else 0.0,
            given.zero_point if given is not None and one else 0,
        )

    @property
    def elements(self) -> int:
        """How many values it holds."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        return self.elements * np.dtype(self.dtype).itemsize

    @property
    def is_quantized(self) -> bool:
        """Return whether its integers stand for real numbers."""
        return self.dtype in _QUANTIZED and self.scale > 0

    @property
    def short_name(self) -> str:
        """The name without what the converter puts around it."""
        return self.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)

    def admit(self, values: Array, where: str = "") -> Array:
        """Return `values` as this tensor takes them: its own elements, or float32 to quantize.

        A tensor that is quantized takes elements of its type as they are, and real numbers;
        float32 takes real numbers, other types take whole numbers that fit. The shape stays.
        Raises FeatureError, which names `where`, for anything else.
        """
        where = where or f'the input "{self.short_name}"'
        dtype = np.dtype(self.dtype)
        if values.dtype.kind == "f" and (self.is_quantized or dtype == np.float32):
            return _finite(values, where)
        if values.dtype == dtype:
            return values
        if self.is_quantized or dtype == np.float32 or values.dtype.kind not in "biu":
            raise FeatureError(f"{where}: elements of type {values.dtype}", self._advice())
        held = values.astype(dtype)
        if not np.array_equal(held, values):
            raise FeatureError(f"{where}: numbers beyond {self.dtype}", self._advice())
        return held

    def store(self, values: Array) -> Array:
        """Return the elements for `values`, quantized as TFLM does where they are real numbers."""
        admitted = self.admit(values)
        if admitted.dtype == np.float32 and self.is_quantized:
            return quantize(admitted, self.scale, self.zero_point, self.dtype)
        return admitted

    def real(self, elements: Array) -> Array:
        """Return what `elements` of this tensor stand for: float32 where it is quantized."""
        if self.is_quantized:
            return dequantize(elements, self.scale, self.zero_point)
        return elements

    def _advice(self) -> str:
        if self.is_quantized:
            return f"give real numbers as float32, or the tensor's own elements as {self.dtype}"
        return f"this input takes {self.dtype}"


def _finite(values: Array, where: str) -> Array:
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite
        floats: Array = values.astype(np.float32)
    if not np.isfinite(floats).all():
        raise FeatureError(
            f"{where}: values that are not finite",
            "look for NaN, infinity, or numbers beyond float32 in what computed them",
        )
    return floats


def distinct_names(tensors: Sequence[TensorInfo], what: str) -> tuple[str, ...]:
    """Return a name for each tensor: its short one, or `what` and its number, such as "input 1"."""
    names = tuple(tensor.short_name for tensor in tensors)
    if all(names) and len(set(names)) == len(names):
        return names
    return tuple(f"{what} {index}" for index in range(len(tensors)))
