"""Models of one operator that computes element by element, on one or two tensors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder, OptionsWriter, Quantization
from tests.firmware.runtime.options import ACTIVATIONS, options
from tests.firmware.runtime.values import (
    Array,
    Case,
    Rng,
    per_tensor,
    pick,
    quantization_for,
    random_scale,
    random_shape,
    values_for,
)

OPS = tflite.BuiltinOperator
QUANTIZED = [np.int8, np.int8, np.int16]
INT16_ONE = 2.0**-15


def broadcast_shapes(rng: Rng) -> tuple[str, list[tuple[int, ...]]]:
    """Shapes of two inputs that can be broadcast against each other, and what is so about them."""
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
    return kind, shapes


def make_pair(
    rng: Rng,
    operator: str,
    dtype: type,
    table: str = "",
    offset: bool = True,
    divides: bool = False,
) -> Case:
    """`operator` on two tensors of `dtype`; `table` is its options' table with an activation.

    offset: zero points other than 0 are allowed for int16. divides: the second must not be 0.
    """
    kind, shapes = broadcast_shapes(rng)
    output = np.broadcast_shapes(*shapes)
    activation = pick(rng, list(ACTIVATIONS)) if table else "none"
    builder = ModelBuilder()
    tensors = [
        builder.tensor(s, dtype, _quantization(rng, dtype, offset)) for s in (*shapes, output)
    ]
    written: tuple[int, OptionsWriter] | tuple[()] = ()
    if table:
        written = options(table, FusedActivationFunction=ACTIVATIONS[activation])
    builder.operator(getattr(OPS, operator), tensors[:2], tensors[2:], *written)
    values = [values_for(rng, dtype, s) for s in shapes]
    if divides:
        quantization = builder.tensors[tensors[1]].quantization
        zero = 0 if quantization is None else quantization.zero_points[0]
        values[1][values[1] == zero] = zero - 1 if zero > 0 else zero + 1
    name = f"{np.dtype(dtype)}-{kind}-{activation}"
    return Case(name, builder.finish(tensors[:2], tensors[2:]), tuple(values))


def _quantization(rng: Rng, dtype: type, offset: bool) -> Quantization | None:
    if dtype is np.int8:
        return per_tensor(rng)
    if dtype is np.int16:
        zero_point = int(rng.integers(-500, 500)) if offset and rng.random() < 0.3 else 0
        return Quantization([random_scale(rng) / 256], [zero_point])
    return None


def make_extremum(rng: Rng, operator: str) -> Case:
    return make_pair(rng, operator, pick(rng, [np.int8, np.int16, np.int32, np.int64, np.float32]))


def make_sigmoid(rng: Rng, operator: str, dtype: type) -> Case:
    """LOGISTIC or TANH: the inputs reach from where it is linear to where it is saturated."""
    shape = random_shape(rng)
    builder = ModelBuilder()
    values = values_for(rng, dtype, shape)
    target_quantization: Quantization | None = None
    source_quantization = quantization_for(rng, dtype)
    if dtype is np.int8:
        scale, zero_point = (1 / 256, -128) if operator == "LOGISTIC" else (1 / 128, 0)
        target_quantization = Quantization([scale], [zero_point])
    elif dtype is np.int16:
        target_quantization = Quantization([INT16_ONE], [0])
        scale = pick(rng, [2.0**-12, 2.0**-11, 2.0**-14, rng.uniform(1e-5, 1.2e-3)])
        source_quantization = Quantization([float(scale)], [0])
    source = builder.tensor(shape, dtype, source_quantization)
    target = builder.tensor(shape, dtype, target_quantization)
    builder.operator(getattr(OPS, operator), [source], [target])
    return Case("x".join(map(str, shape)), builder.finish([source], [target]), (values,))


def make_leaky_relu(rng: Rng) -> Case:
    dtype = pick(rng, [*QUANTIZED, np.float32])
    shape = random_shape(rng)
    alpha = float(pick(rng, [0.1, 0.2, 0.01, 0.3, 1.5, -0.25, 0.0, rng.uniform(0, 1)]))
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    target = builder.tensor(shape, dtype, quantization_for(rng, dtype))
    builder.operator(OPS.LEAKY_RELU, [source], [target], *options("LeakyReluOptions", Alpha=alpha))
    values: Array = values_for(rng, dtype, shape)
    return Case(
        f"{np.dtype(dtype)}-alpha{alpha:.2f}", builder.finish([source], [target]), (values,)
    )


def make_float_unary(rng: Rng) -> Case:
    operator = pick(rng, ["ABS", "CEIL", "FLOOR", "NEG", "ROUND", "RSQRT", "SQRT", "SQUARE"])
    shape = random_shape(rng)
    builder = ModelBuilder()
    source, target = (builder.tensor(shape, np.float32) for _ in range(2))
    builder.operator(getattr(OPS, operator), [source], [target])
    values = values_for(rng, np.float32, shape)
    if operator in ("RSQRT", "SQRT"):  # of less than 0 machines give other bits of "not a number"
        values = np.abs(values)
    elif rng.random() < 0.5:
        values = (np.round(values) / 2).astype(np.float32)  # halves, where roundings differ
    return Case(operator, builder.finish([source], [target]), (values,))


def make_logical(rng: Rng) -> Case:
    operator = pick(rng, ["LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT"])
    if operator != "LOGICAL_NOT":
        return make_pair(rng, operator, np.bool_)
    shape = random_shape(rng)
    builder = ModelBuilder()
    source, target = (builder.tensor(shape, np.bool_) for _ in range(2))
    builder.operator(OPS.LOGICAL_NOT, [source], [target])
    return Case("not", builder.finish([source], [target]), (values_for(rng, np.bool_, shape),))


def make_cast(rng: Rng) -> Case:
    kinds = [np.int8, np.int16, np.int32, np.float32]
    dtype, target_dtype = pick(rng, [*kinds, np.bool_]), pick(rng, kinds)
    shape = random_shape(rng)
    builder = ModelBuilder()
    source, target = builder.tensor(shape, dtype), builder.tensor(shape, target_dtype)
    builder.operator(OPS.CAST, [source], [target])
    values = values_for(rng, dtype, shape)
    name = f"{np.dtype(dtype)}-to-{np.dtype(target_dtype)}"
    return Case(name, builder.finish([source], [target]), (values,))


def _pair(operator: str, dtype: type, table: str, offset: bool = True) -> Callable[[Rng], Case]:
    return lambda rng: make_pair(rng, operator, dtype, table, offset)


def _div(dtype: type) -> Callable[[Rng], Case]:
    return lambda rng: make_pair(rng, "DIV", dtype, "DivOptions", divides=True)


def _sigmoid(operator: str, dtype: type) -> Callable[[Rng], Case]:
    return lambda rng: make_sigmoid(rng, operator, dtype)


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "add_int16": _pair("ADD", np.int16, "AddOptions"),
    "add_int32": _pair("ADD", np.int32, "AddOptions"),
    "sub_int8": _pair("SUB", np.int8, "SubOptions"),
    "sub_int16": _pair("SUB", np.int16, "SubOptions"),
    "sub_int32": _pair("SUB", np.int32, "SubOptions"),
    "sub_float": _pair("SUB", np.float32, "SubOptions"),
    "mul_int8": _pair("MUL", np.int8, "MulOptions"),
    "mul_int16": _pair("MUL", np.int16, "MulOptions", offset=False),
    "mul_int32": _pair("MUL", np.int32, "MulOptions"),
    "mul_float": _pair("MUL", np.float32, "MulOptions"),
    "div_int8": _div(np.int8),
    "div_int32": _div(np.int32),
    "div_float": _div(np.float32),
    "maximum": lambda rng: make_extremum(rng, "MAXIMUM"),
    "minimum": lambda rng: make_extremum(rng, "MINIMUM"),
    "logistic_int8": _sigmoid("LOGISTIC", np.int8),
    "logistic_int16": _sigmoid("LOGISTIC", np.int16),
    "logistic_float": _sigmoid("LOGISTIC", np.float32),
    "tanh_int8": _sigmoid("TANH", np.int8),
    "tanh_int16": _sigmoid("TANH", np.int16),
    "tanh_float": _sigmoid("TANH", np.float32),
    "leaky_relu": make_leaky_relu,
    "float_unary": make_float_unary,
    "logical": make_logical,
    "cast": make_cast,
}
