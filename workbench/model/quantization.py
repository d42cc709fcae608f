"""Affine int8 quantization as TensorFlow Lite Micro does it, to the bit.

real = (quantized - zero_point) * scale
(TensorFlow Lite 8-bit quantization specification).
"""

from __future__ import annotations

from dataclasses import dataclass

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
        return len(self.scales) > 1

    @property
    def scale(self) -> float:
        """The one scale of a per-tensor quantization."""
        return self.scales[0]

    @property
    def zero_point(self) -> int:
        """The one zero point of a per-tensor quantization."""
        return self.zero_points[0]


def quantize(values: npt.ArrayLike, scale: float, zero_point: int) -> npt.NDArray[np.int8]:
    """Float to int8, any shape, as TFLM's QUANTIZE (`AffineQuantize`, kernels/internal).

    The quotient is taken in float32 and rounded half away from zero (`TfLiteRound`), then
    saturated to -128..127. Values must be finite.
    """
    quotient = np.clip(np.asarray(values, np.float32) / np.float32(scale), -512.0, 512.0)
    # trunc(q + copysign(0.5)) would round 0.49999997 up; the fraction is compared instead.
    whole = np.trunc(quotient)
    away = np.abs(quotient - whole) >= np.float32(0.5)
    rounded = whole + np.where(away, np.sign(quotient), np.float32(0.0))
    return np.clip(rounded + np.float32(zero_point), -128, 127).astype(np.int8)


def dequantize(
    values: npt.NDArray[np.int8], scale: float, zero_point: int
) -> npt.NDArray[np.float32]:
    """Int8 to float32, any shape, as TFLM's DEQUANTIZE."""
    return (values.astype(np.int32) - zero_point).astype(np.float32) * np.float32(scale)
