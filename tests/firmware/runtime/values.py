"""Random values, shapes and quantizations for the generated models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.firmware.runtime.model_builder import Quantization

Array = npt.NDArray[Any]
Rng = np.random.Generator


@dataclass(frozen=True)
class Case:
    """A model, what goes in, and a name that says what is special about it.

    `inputs` are those of all `steps`, in each of which the model is invoked once. `validity`: the
    output that says whether output 0 is there; where not, TFLM leaves it as it is, and ours is 0.
    """

    name: str
    model: bytes
    inputs: tuple[Array, ...]
    outputs: int = 1
    steps: int = 1
    validity: int | None = None

    def __str__(self) -> str:
        return self.name


def int8_values(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Uniform, or near the ends now and then, where saturation shows."""
    if rng.random() < 0.2:
        return rng.choice(np.array([-128, -127, 126, 127, 0], np.int8), shape)
    return rng.integers(-128, 128, shape, np.int8)


def float_values(rng: Rng, shape: tuple[int, ...]) -> Array:
    values: Array = rng.standard_normal(shape) * rng.choice([0.1, 1.0, 10.0])
    return values.astype(np.float32)


# Ratios and products of these come out as exact halves, where a difference in rounding shows.
ROUND_SCALES = [0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 1 / 256, 1 / 128, 1 / 64, 0.5, 0.3, 0.6]


def random_scale(rng: Rng) -> float:
    return float(rng.choice(ROUND_SCALES) if rng.random() < 0.5 else rng.uniform(0.002, 0.2))


def per_tensor(rng: Rng, scale: float | None = None) -> Quantization:
    """A plausible activation quantization."""
    zero_point = int(rng.choice([-128, 127, 0, int(rng.integers(-128, 128))]))
    return Quantization([scale or random_scale(rng)], [zero_point])


def spatial_output(size: int, window: int, stride: int, dilation: int, padding: str) -> int:
    if padding == "same":
        return -(-size // stride)
    return (size - (window - 1) * dilation - 1) // stride + 1


def pick(rng: Rng, choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]


def random_shape(rng: Rng, least: int = 1, most: int = 4) -> tuple[int, ...]:
    return tuple(int(n) for n in rng.integers(1, 8, int(rng.integers(least, most + 1))))


def quantization_for(rng: Rng, dtype: Any) -> Quantization | None:
    if dtype is np.float32:
        return None
    if dtype is np.int8:
        return per_tensor(rng)
    if dtype is np.uint8:
        return Quantization([float(rng.uniform(0.002, 0.2))], [int(rng.integers(0, 256))])
    return Quantization([float(rng.uniform(0.0001, 0.01))], [0])


def values_for(rng: Rng, dtype: Any, shape: tuple[int, ...]) -> Array:
    if dtype is np.float32:
        return float_values(rng, shape)
    if dtype is np.int8:
        return int8_values(rng, shape)
    if dtype is np.bool_:
        return rng.random(shape) < 0.5
    limits = np.iinfo(dtype if dtype not in (np.int32, np.int64) else np.int16)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)
