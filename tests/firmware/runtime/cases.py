"""The family of single-operator models that kernels are compared on: seeded, some hundreds.

Expected outputs come from the package `tflite_micro`, TFLM's reference kernels on x86.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder, OptionsWriter, Quantization

Array = npt.NDArray[Any]
Rng = np.random.Generator

CASES_PER_OPERATOR = 40

ACTIVATIONS = {
    "none": tflite.ActivationFunctionType.NONE,
    "relu": tflite.ActivationFunctionType.RELU,
    "relu_n1_to_1": tflite.ActivationFunctionType.RELU_N1_TO_1,
    "relu6": tflite.ActivationFunctionType.RELU6,
}
PADDINGS = {"same": tflite.Padding.SAME, "valid": tflite.Padding.VALID}


@dataclass(frozen=True)
class Case:
    """A model, what goes in, and a name that says what is special about it."""

    name: str
    model: bytes
    inputs: tuple[Array, ...]

    def __str__(self) -> str:
        return self.name


def cases_of(operator: str) -> Iterator[Case]:
    """The cases of one entry of GENERATORS, the same in every run."""
    seed = list(GENERATORS).index(operator)
    for index in range(CASES_PER_OPERATOR):
        case = GENERATORS[operator](np.random.default_rng([seed, index]))
        yield Case(f"{operator}-{index}-{case.name}", case.model, case.inputs)


def all_cases() -> Iterator[Case]:
    """Every case of every operator."""
    for operator in GENERATORS:
        yield from cases_of(operator)


def expected_output(case: Case) -> Array:
    """What TFLM computes for `case`, which has one output."""
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(case.model, arena_size=1 << 20)
    for index, values in enumerate(case.inputs):
        interpreter.set_input(values, index)
    interpreter.invoke()
    return np.array(interpreter.get_output(0))


# --- Values -----------------------------------------------------------------------------------


def int8_values(rng: Rng, shape: tuple[int, ...]) -> Array:
    """Uniform, or near the ends now and then, where saturation shows."""
    if rng.random() < 0.2:
        return rng.choice(np.array([-128, -127, 126, 127, 0], np.int8), shape)
    return rng.integers(-128, 128, shape, np.int8)


def float_values(rng: Rng, shape: tuple[int, ...]) -> Array:
    return (rng.standard_normal(shape) * rng.choice([0.1, 1.0, 10.0])).astype(np.float32)


# Ratios and products of these come out as exact halves, where a difference in rounding shows.
ROUND_SCALES = [0.0125, 0.025, 0.05, 0.1, 0.2, 0.4, 1 / 256, 1 / 128, 1 / 64, 0.5, 0.3, 0.6]


def random_scale(rng: Rng) -> float:
    return float(rng.choice(ROUND_SCALES) if rng.random() < 0.5 else rng.uniform(0.002, 0.2))


def per_tensor(rng: Rng, scale: float | None = None) -> Quantization:
    """A plausible activation quantization."""
    zero_point = int(rng.choice([-128, 127, 0, rng.integers(-128, 128)]))
    return Quantization([scale or random_scale(rng)], [zero_point])


def spatial_output(size: int, window: int, stride: int, dilation: int, padding: str) -> int:
    if padding == "same":
        return -(-size // stride)
    return (size - (window - 1) * dilation - 1) // stride + 1


def pick(rng: Rng, choices: Any) -> Any:
    return choices[int(rng.integers(len(choices)))]


# --- Options ----------------------------------------------------------------------------------


def conv_options(
    padding: str, strides: tuple[int, int], dilations: tuple[int, int], activation: str
) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.Conv2DOptionsStart(builder)
        tflite.Conv2DOptionsAddPadding(builder, PADDINGS[padding])
        tflite.Conv2DOptionsAddStrideH(builder, strides[0])
        tflite.Conv2DOptionsAddStrideW(builder, strides[1])
        tflite.Conv2DOptionsAddDilationHFactor(builder, dilations[0])
        tflite.Conv2DOptionsAddDilationWFactor(builder, dilations[1])
        tflite.Conv2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        return int(tflite.Conv2DOptionsEnd(builder))

    return write


def depthwise_options(
    padding: str,
    strides: tuple[int, int],
    dilations: tuple[int, int],
    activation: str,
    multiplier: int,
) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.DepthwiseConv2DOptionsStart(builder)
        tflite.DepthwiseConv2DOptionsAddPadding(builder, PADDINGS[padding])
        tflite.DepthwiseConv2DOptionsAddStrideH(builder, strides[0])
        tflite.DepthwiseConv2DOptionsAddStrideW(builder, strides[1])
        tflite.DepthwiseConv2DOptionsAddDilationHFactor(builder, dilations[0])
        tflite.DepthwiseConv2DOptionsAddDilationWFactor(builder, dilations[1])
        tflite.DepthwiseConv2DOptionsAddDepthMultiplier(builder, multiplier)
        tflite.DepthwiseConv2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        return int(tflite.DepthwiseConv2DOptionsEnd(builder))

    return write


def pool_options(
    padding: str, strides: tuple[int, int], window: tuple[int, int], activation: str
) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.Pool2DOptionsStart(builder)
        tflite.Pool2DOptionsAddPadding(builder, PADDINGS[padding])
        tflite.Pool2DOptionsAddStrideH(builder, strides[0])
        tflite.Pool2DOptionsAddStrideW(builder, strides[1])
        tflite.Pool2DOptionsAddFilterHeight(builder, window[0])
        tflite.Pool2DOptionsAddFilterWidth(builder, window[1])
        tflite.Pool2DOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        return int(tflite.Pool2DOptionsEnd(builder))

    return write


def fully_connected_options(activation: str, keep_dims: bool) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.FullyConnectedOptionsStart(builder)
        tflite.FullyConnectedOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        tflite.FullyConnectedOptionsAddKeepNumDims(builder, keep_dims)
        return int(tflite.FullyConnectedOptionsEnd(builder))

    return write


def add_options(activation: str) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.AddOptionsStart(builder)
        tflite.AddOptionsAddFusedActivationFunction(builder, ACTIVATIONS[activation])
        return int(tflite.AddOptionsEnd(builder))

    return write


def softmax_options(beta: float) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.SoftmaxOptionsStart(builder)
        tflite.SoftmaxOptionsAddBeta(builder, beta)
        return int(tflite.SoftmaxOptionsEnd(builder))

    return write


def reducer_options(keep_dims: bool) -> OptionsWriter:
    def write(builder: flatbuffers.Builder) -> int:
        tflite.ReducerOptionsStart(builder)
        tflite.ReducerOptionsAddKeepDims(builder, keep_dims)
        return int(tflite.ReducerOptionsEnd(builder))

    return write


# --- Convolutions -----------------------------------------------------------------------------


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
    float32: bool,
    per_channel: bool,
) -> Weights:
    """Input, filter, bias and output, with scales that use the output's range."""
    input_shape, filter_shape, output_shape = shapes
    has_bias = rng.random() < 0.8
    if float32:
        values = float_values(rng, input_shape)
        source = builder.tensor(input_shape, np.float32)
        filters = builder.tensor(filter_shape, np.float32, data=float_values(rng, filter_shape))
        bias = builder.tensor([channels], np.float32, data=float_values(rng, (channels,)))
        target = builder.tensor(output_shape, np.float32)
        return Weights(source, filters, bias if has_bias else None, target, values)
    values = int8_values(rng, input_shape)
    input_quantization = per_tensor(rng)
    count = channels if per_channel else 1
    scales = rng.uniform(0.001, 0.02, count).astype(np.float32)
    if rng.random() < 0.4:
        scales = rng.choice([0.0125, 0.025, 0.05, 0.01, 0.02, 0.04], count).astype(np.float32)
    bias_scales = (np.float32(input_quantization.scales[0]) * scales).astype(np.float32)
    spread = float(bias_scales.max()) * 73 * 73 * np.sqrt(taps)
    output_scale = float(spread / pick(rng, [40.0, 100.0, 200.0]))
    if rng.random() < 0.5:
        output_scale = min(ROUND_SCALES, key=lambda scale: abs(np.log(scale / output_scale)))
    output_quantization = per_tensor(rng, output_scale)
    source = builder.tensor(input_shape, np.int8, input_quantization)
    filters = builder.tensor(
        filter_shape,
        np.int8,
        Quantization(scales.tolist(), [0] * count, channel_dimension),
        int8_values(rng, filter_shape),
    )
    bias = builder.tensor(
        [channels],
        np.int32,
        Quantization(bias_scales.tolist(), [0] * count),
        rng.integers(-20000, 20000, channels, np.int32),
    )
    target = builder.tensor(output_shape, np.int8, output_quantization)
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


def make_conv(rng: Rng, float32: bool) -> Case:
    slide = random_slide(rng, dilated=True)
    batches = int(rng.choice([1, 1, 1, 2]))
    groups = int(rng.choice([1, 1, 1, 1, 2]))
    depth = groups * int(rng.choice([1, 2, 3, 4, 5, 8, 16, 33]))
    channels = groups * int(rng.integers(1, 18))
    filter_depth = depth // groups
    activation = pick(rng, list(ACTIVATIONS))
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
        float32,
        rng.random() < 0.7,
    )
    builder.operator(
        tflite.BuiltinOperator.CONV_2D,
        weights.inputs,
        [weights.output],
        tflite.BuiltinOptions.Conv2DOptions,
        conv_options(slide.padding, slide.strides, slide.dilations, activation),
    )
    name = f"{describe(slide)}-c{depth}to{channels}-{activation}"
    model = builder.finish([weights.input], [weights.output])
    return Case(name if groups == 1 else f"{name}-groups{groups}", model, (weights.values,))


def make_depthwise(rng: Rng, float32: bool) -> Case:
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
        float32,
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


def make_fully_connected(rng: Rng, float32: bool) -> Case:
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
        float32,
        rng.random() < 0.4,
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


# --- Pooling ----------------------------------------------------------------------------------


def make_pool(rng: Rng, code: int, float32: bool) -> Case:
    slide = random_slide(rng, dilated=False)
    batches = int(rng.choice([1, 1, 2]))
    channels = int(rng.integers(1, 20))
    activation = pick(rng, list(ACTIVATIONS))
    input_shape = (batches, *slide.size, channels)
    quantization = None if float32 else per_tensor(rng)
    dtype = np.float32 if float32 else np.int8
    builder = ModelBuilder()
    source = builder.tensor(input_shape, dtype, quantization)
    target = builder.tensor((batches, *slide.output, channels), dtype, quantization)
    builder.operator(
        code,
        [source],
        [target],
        tflite.BuiltinOptions.Pool2DOptions,
        pool_options(slide.padding, slide.strides, slide.window, activation),
    )
    values = float_values(rng, input_shape) if float32 else int8_values(rng, input_shape)
    name = f"{describe(slide)}-c{channels}-{activation}"
    return Case(name, builder.finish([source], [target]), (values,))


# --- Everything else --------------------------------------------------------------------------


def random_shape(rng: Rng, least: int = 1, most: int = 4) -> tuple[int, ...]:
    return tuple(int(n) for n in rng.integers(1, 8, int(rng.integers(least, most + 1))))


def make_softmax(rng: Rng, float32: bool) -> Case:
    shape = (*random_shape(rng, 0, 2), int(rng.choice([1, 2, 3, 10, 12, 64])))
    beta = float(rng.choice([1.0, 1.0, 0.5, 2.0]))
    builder = ModelBuilder()
    if float32:
        source = builder.tensor(shape, np.float32)
        target = builder.tensor(shape, np.float32)
        values = (rng.standard_normal(shape) * rng.choice([1, 10, 60])).astype(np.float32)
    else:
        source = builder.tensor(shape, np.int8, per_tensor(rng, float(rng.uniform(0.001, 0.5))))
        target = builder.tensor(shape, np.int8, Quantization([1 / 256], [-128]))
        values = int8_values(rng, shape)
    builder.operator(
        tflite.BuiltinOperator.SOFTMAX,
        [source],
        [target],
        tflite.BuiltinOptions.SoftmaxOptions,
        softmax_options(beta),
    )
    return Case(
        f"{'x'.join(map(str, shape))}-beta{beta}", builder.finish([source], [target]), (values,)
    )


def make_reshape(rng: Rng) -> Case:
    shape = random_shape(rng, 2, 4)
    count = int(np.prod(shape))
    dtype, values = pick(
        rng, [(np.int8, int8_values(rng, shape)), (np.float32, float_values(rng, shape))]
    )
    quantization = per_tensor(rng) if dtype is np.int8 else None
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization)
    new_shape = builder.tensor([2], np.int32, data=np.array([1, count], np.int32))
    target = builder.tensor((1, count), dtype, quantization)
    builder.operator(tflite.BuiltinOperator.RESHAPE, [source, new_shape], [target])
    return Case("x".join(map(str, shape)), builder.finish([source], [target]), (values,))


QUANTIZE_TYPES = [
    (np.float32, np.int8),
    (np.float32, np.int8),
    (np.float32, np.int16),
    (np.int8, np.int8),
    (np.int8, np.int8),
    (np.int8, np.uint8),
    (np.uint8, np.int8),
    (np.int8, np.int16),
    (np.int8, np.int32),
    (np.int16, np.int8),
    (np.int16, np.int16),
    (np.int16, np.int32),
    (np.int32, np.int8),
    (np.int32, np.int16),
]


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
    limits = np.iinfo(dtype if dtype is not np.int32 else np.int16)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def make_quantize(rng: Rng) -> Case:
    source_type, target_type = pick(rng, QUANTIZE_TYPES)
    shape = random_shape(rng)
    builder = ModelBuilder()
    source = builder.tensor(shape, source_type, quantization_for(rng, source_type))
    target = builder.tensor(shape, target_type, quantization_for(rng, target_type))
    builder.operator(tflite.BuiltinOperator.QUANTIZE, [source], [target])
    name = f"{np.dtype(source_type)}-to-{np.dtype(target_type)}"
    values = values_for(rng, source_type, shape)
    return Case(name, builder.finish([source], [target]), (values,))


def make_dequantize(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.int8, np.uint8, np.int16])
    shape = random_shape(rng)
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    target = builder.tensor(shape, np.float32)
    builder.operator(tflite.BuiltinOperator.DEQUANTIZE, [source], [target])
    values = values_for(rng, dtype, shape)
    return Case(str(np.dtype(dtype)), builder.finish([source], [target]), (values,))


def make_add(rng: Rng, float32: bool) -> Case:
    shape = random_shape(rng)
    shapes = [shape, shape]
    kind = pick(rng, ["same", "same", "broadcast", "scalar", "shorter"])
    if kind == "broadcast":
        shapes = [
            tuple(
                1 if which and rng.random() < 0.4 else n
                for which, n in zip(keep, shape, strict=True)
            )
            for keep in ((rng.random(len(shape)) < 0.5), (rng.random(len(shape)) < 0.5))
        ]
    elif kind == "scalar":
        shapes[int(rng.integers(2))] = (1,)
    elif kind == "shorter":
        shapes[int(rng.integers(2))] = shape[-1:]
    output = np.broadcast_shapes(*shapes)
    activation = pick(rng, list(ACTIVATIONS))
    builder = ModelBuilder()
    dtype = np.float32 if float32 else np.int8
    tensors = [
        builder.tensor(s, dtype, None if float32 else per_tensor(rng)) for s in (*shapes, output)
    ]
    builder.operator(
        tflite.BuiltinOperator.ADD,
        tensors[:2],
        tensors[2:],
        tflite.BuiltinOptions.AddOptions,
        add_options(activation),
    )
    values = tuple(values_for(rng, dtype, s) for s in shapes)
    return Case(f"{kind}-{activation}", builder.finish(tensors[:2], tensors[2:]), values)


def make_mean(rng: Rng, float32: bool) -> Case:
    shape = random_shape(rng, 1, 4)
    rank = len(shape)
    if rank == 4 and rng.random() < 0.6:
        axes = [1, 2]
    else:
        axes = sorted(rng.choice(rank, int(rng.integers(1, rank + 1)), replace=False).tolist())
    keep_dims = bool(rng.random() < 0.5)
    output = tuple(1 if d in axes else n for d, n in enumerate(shape) if keep_dims or d not in axes)
    written = [a - rank if rng.random() < 0.2 else a for a in axes]
    dtype = np.float32 if float32 else np.int8
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, None if float32 else per_tensor(rng))
    axis = builder.tensor([len(axes)], np.int32, data=np.array(written, np.int32))
    target = builder.tensor(output, dtype, None if float32 else per_tensor(rng))
    builder.operator(
        tflite.BuiltinOperator.MEAN,
        [source, axis],
        [target],
        tflite.BuiltinOptions.ReducerOptions,
        reducer_options(keep_dims),
    )
    name = f"{'x'.join(map(str, shape))}-axes{''.join(map(str, axes))}"
    return Case(name, builder.finish([source], [target]), (values_for(rng, dtype, shape),))


def make_pad(rng: Rng, float32: bool) -> Case:
    shape = random_shape(rng, 1, 4)
    paddings = rng.integers(0, 4, (len(shape), 2)).astype(np.int32)
    if len(shape) == 4 and rng.random() < 0.5:
        paddings[[0, 3]] = 0
    output = tuple(int(n) for n in np.array(shape) + paddings.sum(axis=1))
    dtype = np.float32 if float32 else np.int8
    quantization = None if float32 else per_tensor(rng)
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization)
    amounts = builder.tensor(paddings.shape, np.int32, data=paddings)
    target = builder.tensor(output, dtype, quantization)
    builder.operator(tflite.BuiltinOperator.PAD, [source, amounts], [target])
    name = "x".join(map(str, shape))
    return Case(name, builder.finish([source], [target]), (values_for(rng, dtype, shape),))


def make_relu(rng: Rng, code: int, float32: bool) -> Case:
    shape = random_shape(rng)
    dtype = np.float32 if float32 else np.int8
    builder = ModelBuilder()
    source_quantization = None if float32 else per_tensor(rng)
    target_quantization = source_quantization
    if not float32 and rng.random() < 0.5:
        target_quantization = per_tensor(rng)
    source = builder.tensor(shape, dtype, source_quantization)
    target = builder.tensor(shape, dtype, target_quantization)
    builder.operator(code, [source], [target])
    name = "x".join(map(str, shape))
    return Case(name, builder.finish([source], [target]), (values_for(rng, dtype, shape),))


OPS = tflite.BuiltinOperator
GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "conv_int8": lambda rng: make_conv(rng, False),
    "conv_float": lambda rng: make_conv(rng, True),
    "depthwise_int8": lambda rng: make_depthwise(rng, False),
    "depthwise_float": lambda rng: make_depthwise(rng, True),
    "fully_connected_int8": lambda rng: make_fully_connected(rng, False),
    "fully_connected_float": lambda rng: make_fully_connected(rng, True),
    "average_pool_int8": lambda rng: make_pool(rng, OPS.AVERAGE_POOL_2D, False),
    "average_pool_float": lambda rng: make_pool(rng, OPS.AVERAGE_POOL_2D, True),
    "max_pool_int8": lambda rng: make_pool(rng, OPS.MAX_POOL_2D, False),
    "max_pool_float": lambda rng: make_pool(rng, OPS.MAX_POOL_2D, True),
    "softmax_int8": lambda rng: make_softmax(rng, False),
    "softmax_float": lambda rng: make_softmax(rng, True),
    "reshape": make_reshape,
    "quantize": make_quantize,
    "dequantize": make_dequantize,
    "add_int8": lambda rng: make_add(rng, False),
    "add_float": lambda rng: make_add(rng, True),
    "mean_int8": lambda rng: make_mean(rng, False),
    "mean_float": lambda rng: make_mean(rng, True),
    "pad_int8": lambda rng: make_pad(rng, False),
    "pad_float": lambda rng: make_pad(rng, True),
    "relu_int8": lambda rng: make_relu(rng, OPS.RELU, False),
    "relu_float": lambda rng: make_relu(rng, OPS.RELU, True),
    "relu6_int8": lambda rng: make_relu(rng, OPS.RELU6, False),
    "relu6_float": lambda rng: make_relu(rng, OPS.RELU6, True),
}
