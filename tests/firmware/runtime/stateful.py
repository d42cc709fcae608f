"""Models whose state lasts from one call to the next."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder
from tests.firmware.runtime.options import options
from tests.firmware.runtime.values import Case, Rng, pick, quantization_for, values_for

OPS = tflite.BuiltinOperator
STEPS = 4


def add_handle(builder: ModelBuilder, name: str) -> int:
    """A handle of the variable `name`."""
    handle = builder.tensor((), np.int32, raw_type=tflite.TensorType.RESOURCE)
    table = options("VarHandleOptions", Container="", SharedName=name)
    builder.operator(OPS.VAR_HANDLE, [], [handle], *table)
    return handle


def make_variables(rng: Rng) -> Case:
    """Delay lines: each holds the latest inputs, older ones move out; the first values are zero
    points, or constants that another graph assigns once.
    """
    dtype = pick(rng, [np.int8, np.int8, np.int16, np.float32])
    quantization = quantization_for(rng, dtype)
    channels = int(rng.integers(1, 6))
    builder, first = ModelBuilder(), ModelBuilder()
    called = bool(rng.random() < 0.7)
    if called:
        builder.operator(OPS.CALL_ONCE, [], [], *options("CallOnceOptions", InitSubgraphIndex=1))
    source = builder.tensor((1, int(rng.integers(1, 3)), channels), dtype, quantization)
    new = builder.tensors[source].shape[1]
    value, kept = source, []
    for line in range(int(rng.integers(1, 4))):
        length = int(rng.integers(1, 5))
        state = (1, length, channels)
        handle = add_handle(builder, f"line{line}")
        old = builder.tensor(state, dtype, quantization)
        builder.operator(OPS.READ_VARIABLE, [handle], [old])
        longer = builder.tensor((1, length + new, channels), dtype, quantization)
        table = options("ConcatenationOptions", Axis=1)
        builder.operator(OPS.CONCATENATION, [old, value], [longer], *table)
        # The last `length` rows stay; the first `new` go on to the next line.
        parts = [builder.tensor((1, n, channels), dtype, quantization) for n in (new, length)]
        sizes = builder.tensor([2], np.int32, data=np.array([new, length], np.int32))
        axis = builder.tensor((), np.int32, data=np.array(1, np.int32))
        table = options("SplitVOptions", NumSplits=2)
        builder.operator(OPS.SPLIT_V, [longer, sizes, axis], parts, *table)
        builder.operator(OPS.ASSIGN_VARIABLE, [handle, parts[1]], [])
        value = parts[0]
        kept.append(longer)
        if called:
            constant = values_for(rng, dtype, state)
            data = first.tensor(state, dtype, quantization, constant)
            first.operator(OPS.ASSIGN_VARIABLE, [add_handle(first, f"line{line}"), data], [])
    shape = tuple(builder.tensors[source].shape)
    inputs = tuple(values_for(rng, dtype, shape) for _ in range(STEPS))
    model = builder.finish([source], [*kept, value], [first] if called else [])
    name = f"{np.dtype(dtype)}-lines{len(kept)}{'-called' if called else ''}"
    return Case(name, model, inputs, len(kept) + 1, STEPS)


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "variables": make_variables,
}
