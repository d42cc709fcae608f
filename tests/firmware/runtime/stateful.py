"""Models whose state lasts from one call to the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tflite
from flatbuffers import flexbuffers

from tests.firmware.runtime.model_builder import ModelBuilder, Quantization
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


def make_svdf(rng: Rng, dtype: type, memory_type: type) -> Case:
    batches, inputs, units = (int(n) for n in rng.integers([1, 1, 1], [3, 12, 7]))
    rank, memory = int(rng.integers(1, 4)), int(rng.integers(1, 9))
    filters = units * rank
    builder = ModelBuilder()
    float32 = dtype is np.float32
    source_scale, feature_scale = rng.uniform(0.01, 0.1), rng.uniform(0.005, 0.03)
    time_scale = rng.uniform(0.005, 0.03) / (1 if memory_type is np.int8 else 200)
    state_scale = source_scale * feature_scale * 70 * np.sqrt(inputs)
    state_scale /= 1 if memory_type is np.int8 else 150
    spreads: dict[type, int] = {np.int8: 40 * 40, np.int16: 8000 * 8000}
    spread = spreads.get(memory_type, 1) * np.sqrt(rank * memory)

    def tensor(
        shape: tuple[int, ...], dtype: type, scale: float, zero: int = 0, **extra: Any
    ) -> int:
        quantization = None if float32 else Quantization([float(scale)], [zero])
        return builder.tensor(shape, np.float32 if float32 else dtype, quantization, **extra)

    def constant(shape: tuple[int, ...], dtype: type, scale: float) -> int:
        values = values_for(rng, np.float32 if float32 else dtype, shape)
        return tensor(shape, dtype, scale, data=values)

    zero = int(rng.integers(-128, 128))
    source = tensor((batches, inputs), np.int8, source_scale, zero)
    feature = constant((filters, inputs), np.int8, feature_scale)
    time = constant((filters, memory), memory_type, time_scale)
    bias = constant((units,), np.int32, float(np.float32(state_scale) * np.float32(time_scale)))
    state = tensor((batches, memory * filters), memory_type, state_scale, is_variable=True)
    output_scale = state_scale * time_scale * spread / 20
    target = tensor((batches, units), np.int8, output_scale, int(rng.integers(-30, 30)))
    activation = int(rng.choice([0, 1, 3])) if float32 else 0
    table = options("SVDFOptions", Rank=rank, FusedActivationFunction=activation)
    inputs_of = [source, feature, time, bias, state]
    builder.operator(OPS.SVDF, inputs_of, [target], *table)
    values = tuple(values_for(rng, dtype, (batches, inputs)) for _ in range(STEPS))
    name = f"{batches}x{inputs}to{units}-rank{rank}-memory{memory}"
    return Case(name, builder.finish([source], [target]), values, 1, STEPS)


def make_lstm(rng: Rng, dtype: type) -> Case:
    batches, steps, inputs, units = (int(n) for n in rng.integers(1, [3, 6, 10, 9]))
    time_major = bool(rng.random() < 0.3)
    shape = (steps, batches) if time_major else (batches, steps)
    float32 = dtype is np.float32
    weight_type = np.float32 if float32 else np.int8
    bias_types: dict[type, type] = {
        np.float32: np.float32,
        np.int8: np.int32,
        np.int16: np.int64,
    }
    bias_type = bias_types[dtype]
    builder = ModelBuilder()
    source_scale = float(rng.uniform(0.01, 0.05)) / (256 if dtype is np.int16 else 1)
    hidden_scale = 2.0**-15 if dtype is np.int16 else float(rng.uniform(0.006, 0.01))
    zeros = rng.integers(-60, 60, 2) if dtype is np.int8 else (0, 0)
    cell_scale = float(pick(rng, [2.0**-11, 2.0**-12, 2.0**-13, 2.0**-15, 0.0004]))

    def tensor(
        shape: tuple[int, ...], dtype: type, scale: float, zero: int = 0, **extra: Any
    ) -> int:
        quantization = None if float32 else Quantization([scale], [int(zero)])
        return builder.tensor(shape, dtype, quantization, **extra)

    def weights(shape: tuple[int, ...]) -> int:
        scale = float(rng.uniform(0.002, 0.02))
        return tensor(shape, weight_type, scale, data=values_for(rng, weight_type, shape))

    source = tensor((*shape, inputs), dtype, source_scale, zeros[0])
    from_input = [weights((units, inputs)) for _ in range(4)]
    from_hidden = [weights((units, units)) for _ in range(4)]
    biases = [
        builder.tensor((units,), bias_type, data=values_for(rng, bias_type, (units,)))
        for _ in range(4)
    ]
    hidden = tensor((batches, units), dtype, hidden_scale, zeros[1], is_variable=True)
    cell_type = np.float32 if float32 else np.int16
    cell = tensor((batches, units), cell_type, cell_scale, is_variable=True)
    target = tensor((*shape, units), dtype, hidden_scale, zeros[1])
    absent = [-1] * 4
    everything = [source, *from_input, *from_hidden, *absent[:3], *biases, *absent[:2]]
    clip = float(pick(rng, [0.0, 0.0, 10.0, 0.5]))
    table = options(
        "UnidirectionalSequenceLSTMOptions",
        FusedActivationFunction=tflite.ActivationFunctionType.TANH,
        CellClip=clip,
        TimeMajor=time_major,
    )
    builder.operator(
        OPS.UNIDIRECTIONAL_SEQUENCE_LSTM, [*everything, hidden, cell, *absent], [target], *table
    )
    values = tuple(values_for(rng, dtype, (*shape, inputs)) for _ in range(STEPS))
    name = f"{batches}x{steps}x{inputs}to{units}-clip{clip}{'-time' if time_major else ''}"
    return Case(name, builder.finish([source], [target]), values, 1, STEPS)


def make_circular_buffer(rng: Rng) -> Case:
    """A buffer behind which every call goes on, or every second, or third; and its output."""
    slots, width, depth = (int(n) for n in rng.integers([1, 1, 1], [7, 4, 8]))
    quantization = quantization_for(rng, np.int8)
    builder = ModelBuilder()
    source = builder.tensor((1, 1, width, depth), np.int8, quantization)
    target = builder.tensor((1, slots, width, depth), np.int8, quantization, is_variable=True)
    cycles = int(rng.integers(1, 4))
    table = bytes(flexbuffers.Dumps({"cycles_max": cycles}))
    builder.custom_operator("CIRCULAR_BUFFER", [source], [target], table)
    values = tuple(values_for(rng, np.int8, (1, 1, width, depth)) for _ in range(2 * STEPS))
    name = f"{slots}x{width}x{depth}-cycles{cycles}"
    return Case(name, builder.finish([source], [target]), values, 1, 2 * STEPS)


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "variables": make_variables,
    "circular_buffer": make_circular_buffer,
    "svdf_int8": lambda rng: make_svdf(rng, np.int8, np.int8),
    "svdf_state16_int8": lambda rng: make_svdf(rng, np.int8, np.int16),
    "svdf_float": lambda rng: make_svdf(rng, np.float32, np.float32),
    "lstm_int8": lambda rng: make_lstm(rng, np.int8),
    "lstm_int16": lambda rng: make_lstm(rng, np.int16),
    "lstm_float": lambda rng: make_lstm(rng, np.float32),
}
