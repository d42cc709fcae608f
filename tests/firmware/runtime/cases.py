"""The family of single-operator models that kernels are compared on: seeded, some hundreds.

Expected outputs come from the package `tflite_micro`, TFLM's reference kernels on x86.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import tflite

from tests.firmware.runtime import (
    comparing,
    control,
    detection,
    elementwise,
    functions,
    gathering,
    movement,
    reductions,
    signal_library,
    stateful,
    upsampling,
)
from tests.firmware.runtime.layers import (
    describe,
    make_conv,
    make_depthwise,
    make_fully_connected,
    random_slide,
)
from tests.firmware.runtime.model_builder import ModelBuilder, Quantization, Tensor
from tests.firmware.runtime.options import (
    ACTIVATIONS,
    add_options,
    pool_options,
    reducer_options,
    softmax_options,
)
from tests.firmware.runtime.values import (
    Case,
    Rng,
    float_values,
    int8_values,
    per_tensor,
    pick,
    quantization_for,
    random_shape,
    values_for,
)

CASES_PER_OPERATOR = 40


def cases_of(operator: str) -> Iterator[Case]:
    """The cases of one entry of GENERATORS, the same in every run."""
    seed = list(GENERATORS).index(operator)
    for index in range(CASES_PER_OPERATOR):
        case = GENERATORS[operator](np.random.default_rng([seed, index]))
        yield replace(case, name=f"{operator}-{index}-{case.name}")


def expected_output(case: Case, reset_before: int = 0) -> bytes:
    """What TFLM computes for `case`: all outputs of all steps, one after another.

    reset_before: the state is reset before this step, 0 for none.
    """
    from tflite_micro import runtime

    interpreter = runtime.Interpreter.from_bytes(case.model, arena_size=1 << 20)
    inputs = len(case.inputs) // case.steps
    outputs = b""
    for step in range(case.steps):
        if 0 < step == reset_before:
            interpreter.reset()
        for index, values in enumerate(case.inputs[step * inputs :][:inputs]):
            interpreter.set_input(values, index)
        interpreter.invoke()
        results = [np.array(interpreter.get_output(index)) for index in range(case.outputs)]
        if case.validity is not None and not results[case.validity]:
            results[0] = np.zeros_like(results[0])
        outputs += b"".join(array.tobytes() for array in results)
    return outputs


def make_pool(rng: Rng, code: int, dtype: type) -> Case:
    slide = random_slide(rng, dilated=False)
    batches = int(rng.choice([1, 1, 2]))
    channels = int(rng.integers(1, 20))
    activation = pick(rng, list(ACTIVATIONS))
    input_shape = (batches, *slide.size, channels)
    quantization = quantization_for(rng, dtype)
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
    values = values_for(rng, dtype, input_shape)
    name = f"{describe(slide)}-c{channels}-{activation}"
    return Case(name, builder.finish([source], [target]), (values,))


def make_softmax(rng: Rng, dtype: type) -> Case:
    shape = (*random_shape(rng, 0, 2), int(rng.choice([1, 2, 3, 10, 12, 64])))
    beta = float(rng.choice([1.0, 1.0, 0.5, 2.0]))
    builder = ModelBuilder()
    if dtype is np.float32:
        source = builder.tensor(shape, np.float32)
        target = builder.tensor(shape, np.float32)
        values = (rng.standard_normal(shape) * rng.choice([1, 10, 60])).astype(np.float32)
    elif dtype is np.int16:
        scale = float(pick(rng, [2.0**-12, 2.0**-10, rng.uniform(1e-5, 2e-3)]))
        source = builder.tensor(shape, np.int16, Quantization([scale], [0]))
        target = builder.tensor(shape, np.int16, Quantization([1 / 32768], [0]))
        values = values_for(rng, np.int16, shape)
    else:
        source = builder.tensor(shape, np.int8, per_tensor(rng, float(rng.uniform(0.001, 0.5))))
        target = builder.tensor(shape, np.int8, Quantization([1 / 256], [-128]))
        if rng.random() < 0.3:
            quantization = Quantization([1 / 65536], [-32768])
            builder.tensors[target] = Tensor(shape, np.int16, quantization)
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


def make_mean(rng: Rng, dtype: type) -> Case:
    shape = random_shape(rng, 1, 4)
    rank = len(shape)
    if rank == 4 and rng.random() < 0.6:
        axes = [1, 2]
    else:
        axes = sorted(rng.choice(rank, int(rng.integers(1, rank + 1)), replace=False).tolist())
    keep_dims = bool(rng.random() < 0.5)
    output = tuple(1 if d in axes else n for d, n in enumerate(shape) if keep_dims or d not in axes)
    written = [a - rank if rng.random() < 0.2 else a for a in axes]
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    axis = builder.tensor([len(axes)], np.int32, data=np.array(written, np.int32))
    target = builder.tensor(output, dtype, quantization_for(rng, dtype))
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


def make_relu(rng: Rng, code: int, dtype: type) -> Case:
    shape = random_shape(rng)
    builder = ModelBuilder()
    source_quantization = quantization_for(rng, dtype)
    target_quantization = source_quantization
    if dtype is not np.float32 and rng.random() < 0.5:
        target_quantization = quantization_for(rng, dtype)
    source = builder.tensor(shape, dtype, source_quantization)
    target = builder.tensor(shape, dtype, target_quantization)
    builder.operator(code, [source], [target])
    name = "x".join(map(str, shape))
    return Case(name, builder.finish([source], [target]), (values_for(rng, dtype, shape),))


OPS = tflite.BuiltinOperator
GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "conv_int8": lambda rng: make_conv(rng, np.int8),
    "conv_int16": lambda rng: make_conv(rng, np.int16),
    "conv_float": lambda rng: make_conv(rng, np.float32),
    "depthwise_int8": lambda rng: make_depthwise(rng, np.int8),
    "depthwise_int16": lambda rng: make_depthwise(rng, np.int16),
    "depthwise_float": lambda rng: make_depthwise(rng, np.float32),
    "fully_connected_int8": lambda rng: make_fully_connected(rng, np.int8),
    "fully_connected_int16": lambda rng: make_fully_connected(rng, np.int16),
    "fully_connected_float": lambda rng: make_fully_connected(rng, np.float32),
    "average_pool_int8": lambda rng: make_pool(rng, OPS.AVERAGE_POOL_2D, np.int8),
    "average_pool_int16": lambda rng: make_pool(rng, OPS.AVERAGE_POOL_2D, np.int16),
    "average_pool_float": lambda rng: make_pool(rng, OPS.AVERAGE_POOL_2D, np.float32),
    "max_pool_int8": lambda rng: make_pool(rng, OPS.MAX_POOL_2D, np.int8),
    "max_pool_int16": lambda rng: make_pool(rng, OPS.MAX_POOL_2D, np.int16),
    "max_pool_float": lambda rng: make_pool(rng, OPS.MAX_POOL_2D, np.float32),
    "softmax_int8": lambda rng: make_softmax(rng, np.int8),
    "softmax_int16": lambda rng: make_softmax(rng, np.int16),
    "softmax_float": lambda rng: make_softmax(rng, np.float32),
    "reshape": make_reshape,
    "quantize": make_quantize,
    "dequantize": make_dequantize,
    "add_int8": lambda rng: make_add(rng, False),
    "add_float": lambda rng: make_add(rng, True),
    "mean_int8": lambda rng: make_mean(rng, np.int8),
    "mean_int16": lambda rng: make_mean(rng, np.int16),
    "mean_float": lambda rng: make_mean(rng, np.float32),
    "pad_int8": lambda rng: make_pad(rng, False),
    "pad_float": lambda rng: make_pad(rng, True),
    "relu_int8": lambda rng: make_relu(rng, OPS.RELU, np.int8),
    "relu_int16": lambda rng: make_relu(rng, OPS.RELU, np.int16),
    "relu_float": lambda rng: make_relu(rng, OPS.RELU, np.float32),
    "relu6_int8": lambda rng: make_relu(rng, OPS.RELU6, np.int8),
    "relu6_int16": lambda rng: make_relu(rng, OPS.RELU6, np.int16),
    "relu6_float": lambda rng: make_relu(rng, OPS.RELU6, np.float32),
    **elementwise.GENERATORS,
    **movement.GENERATORS,
    **stateful.GENERATORS,
    **upsampling.GENERATORS,
    **comparing.GENERATORS,
    **signal_library.GENERATORS,
    **detection.GENERATORS,
    **reductions.GENERATORS,
    **functions.GENERATORS,
    **gathering.GENERATORS,
    **control.GENERATORS,
}
