"""Whether inputs use the range that a model's quantization gives them: saturated, or hardly used.

A file of inputs that is scaled otherwise than in training makes a model answer always the same; the
figures distinguish it from a bad model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from workbench.model.features import Features
from workbench.model.tensor_info import Array, TensorInfo

_MOST_SATURATED = 0.01  # of the elements; less happens to data that the model was trained for
_LEAST_USED = 1 / 8  # of the range
_BULK = (0.1, 99.9)  # per cent: a few outliers do not make a range used
_FEWEST = 32  # elements that say something about a range


def range_warnings(features: Sequence[Features], tensors: Sequence[TensorInfo]) -> tuple[str, ...]:
    """Return a sentence for each quantized input whose range the inputs miss.

    tensors: the model's inputs, to which the arrays of `features` belong.
    """
    warnings: list[str] = []
    for index, tensor in enumerate(tensors):
        arrays = [one.arrays[index] for one in features]
        if tensor.is_quantized and arrays:
            warnings += _told(tensor, _joined(arrays))
    return tuple(warnings)


def _joined(arrays: Sequence[Array]) -> Array:
    """All elements, of the first one's type; files of both real numbers and elements are rare."""
    return np.concatenate([one.reshape(-1) for one in arrays if one.dtype == arrays[0].dtype])


def _told(tensor: TensorInfo, values: Array) -> Iterator[str]:
    limits = np.iinfo(tensor.dtype)
    is_real = values.dtype == np.float32
    steps = values / np.float32(tensor.scale) + tensor.zero_point if is_real else values
    outside = (steps < limits.min - 0.5) | (steps > limits.max + 0.5)
    low, high = np.percentile(steps, _BULK)
    used = round(float(high) - float(low)) + 1
    whole = limits.max - limits.min + 1
    if is_real and outside.mean() > _MOST_SATURATED:
        what = f"{outside.mean():.1%} of {values.size:,} elements saturate"
    elif values.size >= _FEWEST and used < _LEAST_USED * whole:
        what = f"{values.size:,} elements use {used:,} of {whole:,} steps"
    else:
        return
    real = values if is_real else tensor.real(values)
    ends = tensor.real(np.array([limits.min, limits.max], tensor.dtype))
    times = (float(high) - float(low)) / (whole - 1)
    yield (
        f'input "{tensor.short_name}": {what}: they span {real.min():.4g} to {real.max():.4g}, '
        f"{times:.2g} times the range of the input, {ends[0]:.4g} to {ends[1]:.4g}; are they "
        "scaled as in training?"
    )
