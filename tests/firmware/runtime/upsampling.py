"""Models of one operator whose output is usually larger than its input."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import ACTIVATIONS, PADDINGS, options
from tests.firmware.runtime.values import (
    Case,
    Rng,
    per_tensor,
    pick,
    quantization_for,
    values_for,
)

OPS = tflite.BuiltinOperator


def make_transpose_conv(rng: Rng, dtype: type) -> Case:
    batches, height, width, depth = (int(n) for n in rng.integers(1, [3, 6, 6, 9]))
    window = tuple(int(n) for n in rng.integers(1, 5, 2))
    strides = tuple(int(n) for n in rng.integers(1, 4, 2))
    channels = int(rng.integers(1, 7))
    padding = pick(rng, ["same", "valid"])
    # Any size whose convolution with this window and stride has the input's.
    extra = [int(rng.integers(0, stride)) for stride in strides]
    if padding == "same":
        size = [n * s - e for n, s, e in zip((height, width), strides, extra, strict=True)]
    else:
        pairs = zip((height, width), strides, window, extra, strict=True)
        size = [(n - 1) * s + w + e for n, s, w, e in pairs]
    activation = pick(rng, list(ACTIVATIONS))
    float32, wide = dtype is np.float32, dtype is np.int16
    builder = ModelBuilder()
    source_scale = float(rng.uniform(0.01, 0.1)) / (256 if wide else 1)
    scales = rng.uniform(0.002, 0.02, channels if rng.random() < 0.7 else 1).astype(np.float32)
    spread = source_scale * float(scales.max()) * 73 * 73 * np.sqrt(depth * 4)
    source_quantization = target_quantization = filter_quantization = None
    if not float32:
        filter_quantization = Quantization(scales.tolist(), [0] * len(scales), 0)
        source_quantization = per_tensor(rng, source_scale)
        target_quantization = per_tensor(rng, spread / 70)
        if wide:
            source_quantization = Quantization([source_scale], [0])
            target_quantization = Quantization([spread / 100], [0])
    shape = (batches, *size, channels)
    stated = builder.tensor([4], np.int32, data=np.array(shape, np.int32))
    filter_shape = (channels, *window, depth)
    filter_type = np.float32 if float32 else np.int8
    filters = builder.tensor(
        filter_shape, filter_type, filter_quantization, values_for(rng, filter_type, filter_shape)
    )
    source = builder.tensor((batches, height, width, depth), dtype, source_quantization)
    target = builder.tensor(shape, dtype, target_quantization)
    inputs = [stated, filters, source]
    if rng.random() < 0.8:
        bias_type = pick(rng, [np.int64, np.int16]) if wide else np.float32 if float32 else np.int32
        quantization = None
        if not float32:
            bias_scales = (np.float32(source_scale) * scales).tolist()
            quantization = Quantization(bias_scales, [0] * len(scales))
        data = values_for(rng, bias_type, (channels,))
        inputs.append(builder.tensor((channels,), bias_type, quantization, data))
    table = options(
        "TransposeConvOptions",
        Padding=PADDINGS[padding],
        StrideH=strides[0],
        StrideW=strides[1],
        FusedActivationFunction=ACTIVATIONS[activation],
    )
    builder.operator(OPS.TRANSPOSE_CONV, inputs, [target], *table)
    values = values_for(rng, dtype, (batches, height, width, depth))
    name = f"{height}x{width}-{window}-s{strides}-{padding}-{activation}"
    return Case(name, builder.finish([source], [target]), (values,))


def make_resize(rng: Rng, operator: str) -> Case:
    bilinear = operator == "RESIZE_BILINEAR"
    dtype = pick(rng, [np.int8, np.float32] if bilinear else [np.int8, np.int16, np.float32])
    batches, height, width, depth = (int(n) for n in rng.integers(1, [3, 9, 9, 5]))
    size = [int(n) for n in rng.integers(1, 17, 2)]
    align = bool(rng.random() < 0.4)
    half = bool(rng.random() < 0.4) and not (align and bilinear)
    builder = ModelBuilder()
    quantization = quantization_for(rng, dtype)
    source = builder.tensor((batches, height, width, depth), dtype, quantization)
    stated = builder.tensor([2], np.int32, data=np.array(size, np.int32))
    target = builder.tensor((batches, *size, depth), dtype, quantization)
    table = "ResizeBilinearOptions" if bilinear else "ResizeNearestNeighborOptions"
    written = options(table, AlignCorners=align, HalfPixelCenters=half)
    builder.operator(getattr(OPS, operator), [source, stated], [target], *written)
    values = values_for(rng, dtype, (batches, height, width, depth))
    name = f"{np.dtype(dtype)}-{height}x{width}to{size}{'-align' * align}{'-half' * half}"
    return Case(name, builder.finish([source], [target]), (values,))


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "transpose_conv_int8": lambda rng: make_transpose_conv(rng, np.int8),
    "transpose_conv_int16": lambda rng: make_transpose_conv(rng, np.int16),
    "transpose_conv_float": lambda rng: make_transpose_conv(rng, np.float32),
    "resize_bilinear": lambda rng: make_resize(rng, "RESIZE_BILINEAR"),
    "resize_nearest": lambda rng: make_resize(rng, "RESIZE_NEAREST_NEIGHBOR"),
}
