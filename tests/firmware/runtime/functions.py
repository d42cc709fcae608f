"""Models of one operator that computes a function of each element, or of a few."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from tests.firmware.runtime.elementwise import broadcast_shapes, make_pair
from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
from tests.firmware.runtime.options import options
from tests.firmware.runtime.values import (
    Array,
    Case,
    Rng,
    int8_values,
    per_tensor,
    pick,
    quantization_for,
    random_scale,
    random_shape,
    values_for,
)

OPS = tflite.BuiltinOperator


def _unary(
    operator: str,
    values: Array,
    quantizations: tuple[Quantization | None, Quantization | None],
    name: str = "",
) -> Case:
    builder = ModelBuilder()
    shape, dtype = values.shape, values.dtype
    source, target = (builder.tensor(shape, dtype, q) for q in quantizations)
    builder.operator(getattr(OPS, operator), [source], [target])
    model = builder.finish([source], [target])
    return Case(f"{dtype}-{'x'.join(map(str, shape))}{name}", model, (values,))


def make_transcendental(rng: Rng) -> Case:
    """COS, EXP, LOG or SIN of floats of any size."""
    operator = pick(rng, ["COS", "EXP", "LOG", "SIN"])
    shape = random_shape(rng)
    values = values_for(rng, np.float32, shape)
    if operator != "EXP" and rng.random() < 0.5:
        values = (values * 10.0 ** rng.uniform(-20, 20, shape)).astype(np.float32)
    if operator == "LOG":
        values = np.abs(values) + np.float32(1e-30)
    return _unary(operator, values, (None, None), f"-{operator}")


def make_abs(rng: Rng) -> Case:
    """ABS of integers; those of floats are in `float_unary`."""
    dtype = pick(rng, [np.int8, np.int8, np.int16])
    quantizations = quantization_for(rng, dtype), quantization_for(rng, dtype)
    kind = pick(rng, ["same scale", "rescaled", "plain"])
    if kind == "same scale":
        quantizations = quantizations[0], quantizations[0]
    elif kind == "plain" and dtype is np.int16:
        quantizations = None, None
    return _unary("ABS", values_for(rng, dtype, random_shape(rng)), quantizations, f"-{kind}")


def make_rsqrt(rng: Rng) -> Case:
    """RSQRT of int8, from the zero point on."""
    zero_point = int(rng.choice([-128, -100, 0, 50]))
    shape = random_shape(rng)
    values = rng.integers(zero_point, 128, shape).astype(np.int8)
    source = Quantization([random_scale(rng)], [zero_point])
    return _unary("RSQRT", values, (source, per_tensor(rng)))


def make_elu(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.float32])
    quantizations = quantization_for(rng, dtype), quantization_for(rng, dtype)
    return _unary("ELU", values_for(rng, dtype, random_shape(rng)), quantizations)


def make_hard_swish(rng: Rng) -> Case:
    shape = random_shape(rng)
    if rng.random() < 0.3:
        return _unary("HARD_SWISH", values_for(rng, np.float32, shape), (None, None))
    # The output's scale is no less than 1/128 of the input's.
    scale = float(np.exp(rng.uniform(np.log(0.0005), np.log(0.5))))
    output_scale = scale * float(np.exp(rng.uniform(np.log(1 / 100), np.log(8))))
    quantizations = per_tensor(rng, scale), per_tensor(rng, output_scale)
    return _unary("HARD_SWISH", int8_values(rng, shape), quantizations)


def make_prelu(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.int8, np.int16, np.float32])
    shape = random_shape(rng)
    alpha_shape = pick(rng, [shape, (*([1] * (len(shape) - 1)), shape[-1]), (1,), shape[-1:]])
    alpha_type = np.float32 if dtype is np.float32 else np.int8
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    alpha = builder.tensor(
        alpha_shape,
        alpha_type,
        quantization_for(rng, alpha_type),
        values_for(rng, alpha_type, alpha_shape),
    )
    target = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    builder.operator(OPS.PRELU, [source, alpha], [target])
    values = values_for(rng, dtype, shape)
    name = f"{np.dtype(dtype)}-{shape}-{alpha_shape}"
    return Case(name, builder.finish([source], [target]), (values,))


def make_floor(rng: Rng, operator: str) -> Case:
    """FLOOR_DIV or FLOOR_MOD, by anything but 0."""
    kind, shapes = broadcast_shapes(rng)
    builder = ModelBuilder()
    sources = [builder.tensor(s, np.float32) for s in shapes]
    target = builder.tensor(np.broadcast_shapes(*shapes), np.float32)
    builder.operator(getattr(OPS, operator), sources, [target])
    values = [values_for(rng, np.float32, s) for s in shapes]
    if rng.random() < 0.4:
        values = [np.round(v) for v in values]
    values[1] = np.where(values[1] == 0, np.float32(3), values[1])
    return Case(kind, builder.finish(sources, [target]), tuple(values))


def make_squared_difference(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.int8, np.int16, np.int32, np.float32])
    return make_pair(rng, "SQUARED_DIFFERENCE", dtype, offset=False)


def make_add_n(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.float32])
    shape = random_shape(rng)
    count = int(rng.integers(2, 6))
    quantization = quantization_for(rng, dtype)
    builder = ModelBuilder()
    sources = [builder.tensor(shape, dtype, quantization) for _ in range(count)]
    target = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    builder.operator(OPS.ADD_N, sources, [target], *options("AddNOptions"))
    values = tuple(values_for(rng, dtype, shape) for _ in range(count))
    return Case(f"{np.dtype(dtype)}-{count}", builder.finish(sources, [target]), values)


def make_batch_matmul(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.int8, np.int16, np.float32])
    rows, depth, columns = (int(n) for n in rng.integers(1, 9, 3))
    batch = random_shape(rng, 0, 2)
    batches = [tuple(int(rng.choice([1, n, n])) for n in batch) for _ in range(2)]
    batches[0] = batches[0][int(rng.integers(len(batch) + 1)) :]
    batches = batches[:: int(rng.choice([1, -1]))]
    adjoint = {"AdjX": bool(rng.random() < 0.4), "AdjY": bool(rng.random() < 0.4)}
    matrices = [(depth, rows) if adjoint["AdjX"] else (rows, depth)]
    matrices.append((columns, depth) if adjoint["AdjY"] else (depth, columns))
    shapes = [(*b, *m) for b, m in zip(batches, matrices, strict=True)]
    output = (*np.broadcast_shapes(*batches), rows, columns)
    quantizations = [quantization_for(rng, dtype) for _ in range(3)]
    if dtype is not np.float32:
        scales = [q.scales[0] for q in quantizations[:2]]  # type: ignore[union-attr]
        spread = scales[0] * scales[1] * (73 * 73 if dtype is np.int8 else 2**28) * depth**0.5
        zero_point = int(rng.integers(-50, 50)) if dtype is np.int8 else 0
        scale = spread / 60 / (256 if dtype is np.int16 else 1)
        quantizations[2] = Quantization([scale], [zero_point])
    builder = ModelBuilder()
    tensors = [
        builder.tensor(s, dtype, q) for s, q in zip((*shapes, output), quantizations, strict=True)
    ]
    table = options("BatchMatMulOptions", **adjoint)
    builder.operator(OPS.BATCH_MATMUL, tensors[:2], tensors[2:], *table)
    values = tuple(values_for(rng, dtype, s) for s in shapes)
    name = f"{np.dtype(dtype)}-{shapes[0]}-{shapes[1]}-{adjoint}"
    return Case(name, builder.finish(tensors[:2], tensors[2:]), values)


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "transcendental": make_transcendental,
    "abs": make_abs,
    "rsqrt": make_rsqrt,
    "elu": make_elu,
    "hard_swish": make_hard_swish,
    "prelu": make_prelu,
    "floor_div": lambda rng: make_floor(rng, "FLOOR_DIV"),
    "floor_mod": lambda rng: make_floor(rng, "FLOOR_MOD"),
    "squared_difference": make_squared_difference,
    "add_n": make_add_n,
    "batch_matmul": make_batch_matmul,
}
