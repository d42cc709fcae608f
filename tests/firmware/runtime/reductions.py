"""Models of one operator that reduces, or works along one axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from tests.firmware.runtime.layers import random_slide
from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import ACTIVATIONS, options, pool_options, reducer_options
from tests.firmware.runtime.values import (
    Case,
    Rng,
    float_values,
    per_tensor,
    pick,
    quantization_for,
    random_shape,
    values_for,
)

OPS = tflite.BuiltinOperator


def _name(dtype: type, shape: tuple[int, ...]) -> str:
    return f"{np.dtype(dtype)}-{'x'.join(map(str, shape))}"


def make_reduction(rng: Rng, operator: str, dtype: type) -> Case:
    shape = random_shape(rng)
    rank = len(shape)
    axes = rng.choice(rank, int(rng.integers(1, rank + 1)), replace=False).tolist()
    keep_dims = bool(rng.random() < 0.5)
    output = tuple(1 if d in axes else n for d, n in enumerate(shape) if keep_dims or d not in axes)
    written = [a - rank if rng.random() < 0.2 else a for a in axes]
    quantization = None if dtype is np.bool_ else quantization_for(rng, dtype)
    rescales = operator == "SUM" and quantization is not None
    target_quantization = quantization_for(rng, dtype) if rescales else quantization
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization)
    axis = builder.tensor([len(axes)], np.int32, data=np.array(written, np.int32))
    target = builder.tensor(output, dtype, target_quantization)
    table = (tflite.BuiltinOptions.ReducerOptions, reducer_options(keep_dims))
    builder.operator(getattr(OPS, operator), [source, axis], [target], *table)
    values = values_for(rng, dtype, shape)
    if dtype is np.bool_ and rng.random() < 0.5:
        values = rng.random(shape) < 0.9  # otherwise hardly all are true
    name = f"{_name(dtype, shape)}-axes{written}"
    return Case(name, builder.finish([source], [target]), (values,))


def make_arg(rng: Rng, operator: str) -> Case:
    dtype = pick(rng, [np.int8, np.float32])
    shape = random_shape(rng)
    axis = int(rng.integers(len(shape)))
    written = axis - len(shape) if rng.random() < 0.3 else axis
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    index = builder.tensor((), np.int32, data=np.array(written, np.int32))
    target = builder.tensor((*shape[:axis], *shape[axis + 1 :]), np.int32)
    builder.operator(getattr(OPS, operator), [source, index], [target])
    values = values_for(rng, dtype, shape)
    if rng.random() < 0.5:
        values = (values // 40).astype(dtype)  # extrema that come twice
    name = f"{_name(dtype, shape)}-axis{written}"
    return Case(name, builder.finish([source], [target]), (values,))


def make_cumsum(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.float32])
    shape = random_shape(rng)
    axis = int(rng.integers(-len(shape), len(shape)))
    flags = {"Exclusive": bool(rng.random() < 0.5), "Reverse": bool(rng.random() < 0.5)}
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    index = builder.tensor((), np.int32, data=np.array(axis, np.int32))
    target = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    builder.operator(OPS.CUMSUM, [source, index], [target], *options("CumsumOptions", **flags))
    name = f"{_name(dtype, shape)}-axis{axis}-{flags}"
    return Case(name, builder.finish([source], [target]), (values_for(rng, dtype, shape),))


def make_l2_normalization(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.int8, np.float32])
    shape = (*random_shape(rng, 0, 3), int(rng.choice([1, 2, 5, 16, 100])))
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    target_quantization = Quantization([1 / 128], [0]) if dtype is np.int8 else None
    target = builder.tensor(shape, dtype, target_quantization)
    builder.operator(OPS.L2_NORMALIZATION, [source], [target], *options("L2NormOptions"))
    values = values_for(rng, dtype, shape)
    if rng.random() < 0.3:
        values = (values * 0.01).astype(dtype)  # near 0, where the norm is limited
    return Case(_name(dtype, shape), builder.finish([source], [target]), (values,))


def make_l2_pool(rng: Rng) -> Case:
    slide = random_slide(rng, dilated=False)
    activation = pick(rng, list(ACTIVATIONS))
    channels = int(rng.integers(1, 9))
    builder = ModelBuilder()
    source = builder.tensor((1, *slide.size, channels), np.float32)
    target = builder.tensor((1, *slide.output, channels), np.float32)
    written = pool_options(slide.padding, slide.strides, slide.window, activation)
    table = (tflite.BuiltinOptions.Pool2DOptions, written)
    builder.operator(OPS.L2_POOL_2D, [source], [target], *table)
    values = float_values(rng, (1, *slide.size, channels))
    return Case(f"{slide.window}-{activation}", builder.finish([source], [target]), (values,))


def make_log_softmax(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.int8, np.float32])
    shape = (*random_shape(rng, 0, 2), int(rng.choice([1, 2, 3, 10, 12, 64, 300])))
    builder = ModelBuilder()
    quantization = per_tensor(rng, float(rng.uniform(0.001, 0.5))) if dtype is np.int8 else None
    source = builder.tensor(shape, dtype, quantization)
    target_quantization = Quantization([1 / 16], [127]) if dtype is np.int8 else None
    target = builder.tensor(shape, dtype, target_quantization)
    builder.operator(OPS.LOG_SOFTMAX, [source], [target], *options("LogSoftmaxOptions"))
    values = values_for(rng, dtype, shape)
    return Case(_name(dtype, shape), builder.finish([source], [target]), (values,))


def _reduction(operator: str, *types: type) -> Callable[[Rng], Case]:
    return lambda rng: make_reduction(rng, operator, pick(rng, types))


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "sum": _reduction("SUM", np.int8, np.int8, np.int16, np.float32),
    "reduce_max": _reduction("REDUCE_MAX", np.int8, np.float32),
    "reduce_min": _reduction("REDUCE_MIN", np.int8, np.float32),
    "reduce_all": _reduction("REDUCE_ALL", np.bool_),
    "arg_max": lambda rng: make_arg(rng, "ARG_MAX"),
    "arg_min": lambda rng: make_arg(rng, "ARG_MIN"),
    "cumsum": make_cumsum,
    "l2_normalization": make_l2_normalization,
    "l2_pool": make_l2_pool,
    "log_softmax": make_log_softmax,
}
