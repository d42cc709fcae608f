"""Models of one layer with weights: convolutions and fully connected layers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tflite

from tests.firmware.runtime.model_builder import TENSOR_TYPES, ModelBuilder, Quantization
from tests.firmware.runtime.options import (
    ACTIVATIONS,
    conv_options,
    depthwise_options,
    fully_connected_options,
)
from tests.firmware.runtime.values import (
    ROUND_SCALES,
    Array,
    Case,
    Rng,
    float_values,
    int8_values,
    per_tensor,
    pick,
    quantization_for,
    spatial_output,
    values_for,
)


@dataclass(frozen=True)
class Weights:
    """Tensors of a layer with weights, by index, and its input values."""

    input: int
    filter: int
    bias: int | None
    output: int
    values: Array

    @property
    def inputs(self) -> list[int]:
        return [self.input, self.filter, -1 if self.bias is None else self.bias]

    @property
    def inputs_without_absent(self) -> list[int]:
        """For DEPTHWISE_CONV_2D, where TFLM crashes on a bias that is listed as absent."""
        return [index for index in self.inputs if index >= 0]


def add_weights(
    rng: Rng,
    builder: ModelBuilder,
    shapes: tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]],
    channels: int,
    channel_dimension: int,
    taps: int,
    dtype: type,
    per_channel: bool,
    wide_bias: type = np.int64,
) -> Weights:
    """Input, filter, bias and output, with scales that use the output's range.

    wide_bias: the bias's type for int16.
    """
    input_shape, filter_shape, output_shape = shapes
    has_bias = rng.random() < 0.8
    wide = dtype is np.int16
    if dtype is np.float32:
        values = float_values(rng, input_shape)
        source = builder.tensor(input_shape, np.float32)
        filters = builder.tensor(filter_shape, np.float32, data=float_values(rng, filter_shape))
        bias = builder.tensor([channels], np.float32, data=float_values(rng, (channels,)))
        target = builder.tensor(output_shape, np.float32)
        return Weights(source, filters, bias if has_bias else None, target, values)
    values = values_for(rng, dtype, input_shape)
    input_quantization = quantization_for(rng, dtype)
    assert input_quantization is not None
    count = channels if per_channel else 1
    scales = rng.uniform(0.001, 0.02, count).astype(np.float32)
    if rng.random() < 0.4:
        scales = rng.choice([0.0125, 0.025, 0.05, 0.01, 0.02, 0.04], count).astype(np.float32)
    bias_scales = (np.float32(input_quantization.scales[0]) * scales).astype(np.float32)
    # 73 is the deviation of uniform int8.
    spread = float(bias_scales.max()) * 73 * 73 * np.sqrt(taps)
    output_scale = float(spread / pick(rng, [40.0, 100.0, 200.0]))
    if not wide and rng.random() < 0.5:
        output_scale = min(ROUND_SCALES, key=lambda scale: abs(np.log(scale / output_scale)))
    output_quantization = (
        Quantization([output_scale], [0]) if wide else per_tensor(rng, output_scale)
    )
    source = builder.tensor(input_shape, dtype, input_quantization)
    filters = builder.tensor(
        filter_shape,
        np.int8,
        Quantization(scales.tolist(), [0] * count, channel_dimension),
        int8_values(rng, filter_shape),
    )
    bias = builder.tensor(
        [channels],
        wide_bias if wide else np.int32,
        Quantization(bias_scales.tolist(), [0] * count),
        rng.integers(-20000, 20000, channels) * (300 if wide else 1),
    )
    target = builder.tensor(output_shape, dtype, output_quantization)
    return Weights(source, filters, bias if has_bias else None, target, values)


@dataclass(frozen=True)
class Slide:
    """How a window slides over an input."""

    size: tuple[int, int]
    window: tuple[int, int]
    strides: tuple[int, int]
    dilations: tuple[int, int]
    padding: str
    output: tuple[int, int]


def random_slide(rng: Rng, dilated: bool) -> Slide:
    while True:
        size = (int(rng.integers(1, 14)), int(rng.integers(1, 14)))
        window = (int(rng.integers(1, 6)), int(rng.integers(1, 6)))
        strides = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        dilations = (1, 1)
        if dilated and rng.random() < 0.3:
            dilations = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        padding = pick(rng, ["same", "valid"])
        output = (
            spatial_output(size[0], window[0], strides[0], dilations[0], padding),
            spatial_output(size[1], window[1], strides[1], dilations[1], padding),
        )
        if min(output) > 0:
            return Slide(size, window, strides, dilations, padding, output)


def describe(slide: Slide) -> str:
    text = f"{slide.size[0]}x{slide.size[1]}-{slide.window[0]}x{slide.window[1]}"
    text += f"-s{slide.strides[0]}{slide.strides[1]}-{slide.padding}"
    return (
        text if slide.dilations == (1, 1) else f"{text}-d{slide.dilations[0]}{slide.dilations[1]}"
    )


def make_conv(rng: Rng, dtype: type) -> Case:
    slide = random_slide(rng, dilated=True)
    batches = int(rng.choice([1, 1, 1, 2]))
    groups = int(rng.choice([1, 1, 1, 1, 2]))
    depth = groups * int(rng.choice([1, 2, 3, 4, 5, 8, 16, 33]))
    channels = groups * int(rng.integers(1, 18))
    filter_depth = depth // groups
    activation = pick(rng, list(ACTIVATIONS))
    bias_type = pick(rng, [np.int64, np.int32])
    builder = ModelBuilder()
    weights = add_weights(
        rng,
        builder,
        (
            (batches, *slide.size, depth),
            (channels, *slide.window, filter_depth),
            (batches, *slide.output, channels),
        ),
        channels,
        0,
        slide.window[0] * slide.window[1] * filter_depth,
        dtype,
        rng.random() < 0.7,
        bias_type,
    )
    builder.operator(
        tflite.BuiltinOperator.CONV_2D,
        weights.inputs,
        [weights.output],
        tflite.BuiltinOptions.Conv2DOptions,
        conv_options(
            slide.padding,
            slide.strides,
            slide.dilations,
            activation,
            TENSOR_TYPES[np.dtype(bias_type)],
        ),
    )
    name = f"{describe(slide)}-c{depth}to{channels}-{activation}"
    model = builder.finish([weights.input], [weights.output])
    return Case(name if groups == 1 else f"{name}-groups{groups}", model, (weights.values,))


def make_depthwise(rng: Rng, dtype: type) -> Case:
    slide = random_slide(rng, dilated=True)
    batches = int(rng.choice([1, 1, 1, 2]))
    depth = int(rng.choice([1, 2, 3, 4, 7, 8, 16, 21]))
    multiplier = int(rng.choice([1, 1, 1, 2, 3, 8]))
    channels = depth * multiplier
    activation = pick(rng, list(ACTIVATIONS))
    builder = ModelBuilder()
    weights = add_weights(
        rng,
        builder,
        (
            (batches, *slide.size, depth),
            (1, *slide.window, channels),
            (batches, *slide.output, channels),
        ),
        channels,
        3,
        slide.window[0] * slide.window[1],
        dtype,
        rng.random() < 0.7,
    )
    builder.operator(
        tflite.BuiltinOperator.DEPTHWISE_CONV_2D,
        weights.inputs_without_absent,
        [weights.output],
        tflite.BuiltinOptions.DepthwiseConv2DOptions,
        depthwise_options(slide.padding, slide.strides, slide.dilations, activation, multiplier),
    )
    name = f"{describe(slide)}-c{depth}x{multiplier}-{activation}"
    return Case(name, builder.finish([weights.input], [weights.output]), (weights.values,))


def make_fully_connected(rng: Rng, dtype: type) -> Case:
    rows = int(rng.choice([1, 1, 1, 3]))
    depth = int(rng.choice([1, 2, 3, 4, 9, 16, 64, 100, 257]))
    units = int(rng.integers(1, 20))
    keep_dims = bool(rng.random() < 0.3)
    activation = pick(rng, list(ACTIVATIONS))
    input_shape = (rows, 1, depth) if keep_dims else (rows, depth)
    output_shape = (rows, 1, units) if keep_dims else (rows, units)
    builder = ModelBuilder()
    weights = add_weights(
        rng,
        builder,
        (input_shape, (units, depth), output_shape),
        units,
        0,
        depth,
        dtype,
        rng.random() < 0.4,
        pick(rng, [np.int64, np.int32]),
    )
    builder.operator(
        tflite.BuiltinOperator.FULLY_CONNECTED,
        weights.inputs,
        [weights.output],
        tflite.BuiltinOptions.FullyConnectedOptions,
        fully_connected_options(activation, keep_dims),
    )
    name = f"{rows}x{depth}to{units}-{activation}"
    return Case(name, builder.finish([weights.input], [weights.output]), (weights.values,))
