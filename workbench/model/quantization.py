"""Affine quantization as TensorFlow Lite Micro does it, to the bit.

real = (quantized - zero_point) * scale
(TensorFlow Lite 8-bit quantization specification).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Quantization:
    """Scale(s) and zero point(s) of a tensor: one pair, or one for each slice of `axis`."""

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int = 0

    @property
    def per_channel(self) -> bool:
        """Return whether each channel has a scale of its own."""
        return len(self.scales) > 1

    @property
    def scale(self) -> float:
        """The one scale of a per-tensor quantization."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The one zero point of a per-tensor quantization."""
        return self.zero_points[0]


def quantize(
    values: npt.ArrayLike, scale: float, zero_point: int, dtype: str = "int8"
) -> npt.NDArray[Any]:
    """Convert float to an integer type, any shape, as TFLM's QUANTIZE (`AffineQuantize`,
    kernels/internal).

    dtype: int8, uint8 or int16. The quotient is taken in float32 and rounded half away from zero
    (`TfLiteRound`), then saturated to the type's range. Values must be finite.
    """
    limits = np.iinfo(dtype)
    beyond = np.float32(2 * (limits.max - limits.min))
    quotient = np.clip(np.asarray(values, np.float32) / np.float32(scale), -beyond, beyond)
    # trunc(q + copysign(0.5)) would round 0.49999997 up; the fraction is compared instead.
    whole = np.trunc(quotient)
    away = np.abs(quotient - whole) >= np.float32(0.5)
    rounded = whole + np.where(away, np.sign(quotient), np.float32(0.0))
    clipped = np.clip(rounded + np.float32(zero_point), limits.min, limits.max)
    return np.asarray(clipped, dtype)


def dequantize(values: npt.NDArray[Any], scale: float, zero_point: int) -> npt.NDArray[np.float32]:
    """Convert an integer type to float32, any shape, as TFLM's DEQUANTIZE."""
    return (values.astype(np.int32) - zero_point).astype(np.float32) * np.float32(scale)
