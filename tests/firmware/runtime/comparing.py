"""Models of one operator that compares two tensors, or selects of two by a third."""

from __future__ import annotations

from collections.abc import Callable

from tests.firmware.runtime.model_builder import Quantization
import numpy as np
import tflite

from tests.firmware.runtime.elementwise import broadcast_shapes
from tests.firmware.runtime.model_builder import ModelBuilder
from tests.firmware.runtime.values import (
    Case,
    Rng,
    per_tensor,
    pick,
    quantization_for,
    random_shape,
    values_for,
)

OPS = tflite.BuiltinOperator
ORDERINGS = ["GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL"]
EQUALITIES = ["EQUAL", "NOT_EQUAL"]


def make_comparison(rng: Rng, operator: str) -> Case:
    types = [np.int8, np.int8, np.int32, np.int64, np.float32]
    dtype = pick(rng, types + [np.bool_] * (operator in EQUALITIES))
    kind, shapes = broadcast_shapes(rng)
    builder = ModelBuilder()
    quantizations: list[Quantization | None] = [None, None]
    if dtype is np.int8:
        quantizations = [per_tensor(rng), per_tensor(rng)]
    if rng.random() < 0.5:  # one scale: equal values are more than rare
        quantizations[1] = quantizations[0]
    sources = [builder.tensor(s, dtype, q) for s, q in zip(shapes, quantizations, strict=True)]
    target = builder.tensor(np.broadcast_shapes(*shapes), np.bool_)
    builder.operator(getattr(OPS, operator), sources, [target])
    values = [values_for(rng, dtype, s) for s in shapes]
    if dtype is not np.bool_ and rng.random() < 0.6:  # few values, so that many are equal
        values = [(v.astype(np.float64) // 50).astype(dtype) for v in values]
    return Case(f"{np.dtype(dtype)}-{kind}", builder.finish(sources, [target]), tuple(values))


def make_select(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.int16, np.float32])
    shape = random_shape(rng)
    shapes = [shape, shape, shape]
    if rng.random() < 0.7:
        shapes = [tuple(int(rng.choice([1, n, n])) for n in shape) for _ in range(3)]
        cut = int(rng.integers(3))
        shapes[cut] = shapes[cut][int(rng.integers(len(shape))) :]
    quantization = quantization_for(rng, dtype)
    builder = ModelBuilder()
    condition = builder.tensor(shapes[0], np.bool_)
    sources = [builder.tensor(s, dtype, quantization) for s in shapes[1:]]
    target = builder.tensor(np.broadcast_shapes(*shapes), dtype, quantization)
    builder.operator(OPS.SELECT_V2, [condition, *sources], [target])
    values = [
        values_for(rng, np.bool_, shapes[0]),
        *(values_for(rng, dtype, s) for s in shapes[1:]),
    ]
    name = "-".join("x".join(map(str, s)) for s in shapes)
    model = builder.finish([condition, *sources], [target])
    return Case(f"{np.dtype(dtype)}-{name}", model, tuple(values))


def _comparison(operator: str) -> Callable[[Rng], Case]:
    return lambda rng: make_comparison(rng, operator)


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    **{operator.lower(): _comparison(operator) for operator in [*EQUALITIES, *ORDERINGS]},
    "select_v2": make_select,
}
