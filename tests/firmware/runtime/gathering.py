"""Models of one operator that moves elements to computed places, or fills and pads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder, OptionsWriter
from tests.firmware.runtime.options import options
from tests.firmware.runtime.values import (
    Array,
    Case,
    Rng,
    pick,
    quantization_for,
    random_shape,
    values_for,
)

OPS = tflite.BuiltinOperator
PLAIN = (np.bool_, np.int32, np.int64)


def _case(
    rng: Rng,
    operator: str,
    dtype: type,
    shape: tuple[int, ...],
    output: tuple[int, ...],
    constants: list[Array],
    written: tuple[int, OptionsWriter] | tuple[()] = (),
    indices: tuple[Array, ...] = (),
    first: bool = False,
) -> Case:
    """`operator` on one tensor of `dtype`, constants, and index tensors that are inputs too.

    first: the constants come before the tensor.
    """
    builder = ModelBuilder()
    quantization = None if dtype in PLAIN else quantization_for(rng, dtype)
    source = builder.tensor(shape, dtype, quantization)
    steering = [builder.tensor(c.shape, c.dtype, data=c) for c in constants]
    given = [builder.tensor(i.shape, i.dtype) for i in indices]
    target = builder.tensor(output, dtype, quantization)
    inputs = [*steering, source] if first else [source, *steering, *given]
    builder.operator(getattr(OPS, operator), inputs, [target], *written)
    model = builder.finish([source, *given], [target])
    name = f"{np.dtype(dtype)}-{shape}-to-{output}"
    return Case(name, model, (values_for(rng, dtype, shape), *indices))


def _indices(rng: Rng, values: object) -> Array:
    return np.array(values, pick(rng, [np.int32, np.int32, np.int64]))


def make_gather(rng: Rng) -> Case:
    shape = random_shape(rng, 1, 3)
    axis = int(rng.integers(len(shape)))
    batch_dims = int(rng.integers(axis + 1)) if rng.random() < 0.4 else 0
    rest = random_shape(rng, 0, 2)
    indices = rng.integers(0, shape[axis], (*shape[:batch_dims], *rest)).astype(np.int32)
    output = (*shape[:axis], *rest, *shape[axis + 1 :])
    fields = {"Axis": axis - len(shape) if rng.random() < 0.3 else axis, "BatchDims": batch_dims}
    dtype = pick(rng, [np.int8, np.float32])
    table = options("GatherOptions", **fields)
    if rng.random() < 0.5:
        return _case(rng, "GATHER", dtype, shape, output, [indices], table)
    return _case(rng, "GATHER", dtype, shape, output, [], table, (indices,))


def make_gather_nd(rng: Rng) -> Case:
    shape = random_shape(rng, 1, 3)
    indexed = int(rng.integers(1, len(shape) + 1))
    outer = random_shape(rng, 0, 2)
    columns = [rng.integers(0, n, outer) for n in shape[:indexed]]
    indices = np.stack(columns, axis=-1).astype(np.int32)
    dtype = pick(rng, [np.int8, np.float32])
    table = options("GatherNdOptions")
    return _case(rng, "GATHER_ND", dtype, shape, (*outer, *shape[indexed:]), [], table, (indices,))


def make_embedding(rng: Rng) -> Case:
    shape = random_shape(rng, 2, 4)
    count = int(rng.integers(1, 6))
    kind = pick(rng, [(np.int8, np.int8), (np.int8, np.float32), (np.float32, np.float32)])
    quantization = quantization_for(rng, np.int16) if kind[0] is np.int8 else None
    builder = ModelBuilder()
    indices = builder.tensor((count,), np.int32)
    table = builder.tensor(shape, kind[0], quantization, values_for(rng, kind[0], shape))
    target_quantization = quantization if kind[1] is np.int8 else None
    target = builder.tensor((count, *shape[1:]), kind[1], target_quantization)
    builder.operator(OPS.EMBEDDING_LOOKUP, [indices, table], [target])
    values = rng.integers(0, shape[0], count).astype(np.int32)
    return Case(f"{kind[0]}-{kind[1]}-{shape}", builder.finish([indices], [target]), (values,))


def make_slice(rng: Rng) -> Case:
    shape = random_shape(rng)
    begin = [int(rng.integers(n)) for n in shape]
    size = [int(rng.integers(1, n - b + 1)) for n, b in zip(shape, begin, strict=True)]
    written = [
        -1 if s == n - b and rng.random() < 0.5 else s
        for s, n, b in zip(size, shape, begin, strict=True)
    ]
    dtype = pick(rng, [np.int8, np.int16, np.int32, np.bool_, np.float32])
    index_type = pick(rng, [np.int32, np.int64])
    steering = [np.array(begin, index_type), np.array(written, index_type)]
    return _case(rng, "SLICE", dtype, shape, tuple(size), steering)


def make_fill(rng: Rng) -> Case:
    dtype = pick(rng, [np.int8, np.int32, np.float32])
    output = random_shape(rng)
    return _case(rng, "FILL", dtype, (), output, [_indices(rng, output)], first=True)


def make_zeros_like(rng: Rng) -> Case:
    shape = random_shape(rng)
    dtype = pick(rng, [np.int8, np.int32, np.int64, np.float32])
    return _case(rng, "ZEROS_LIKE", dtype, shape, shape, [])


def make_broadcast_to(rng: Rng) -> Case:
    output = random_shape(rng)
    shape = tuple(int(rng.choice([1, n])) for n in output)[int(rng.integers(len(output))) :]
    dtype = pick(rng, [np.int8, np.int16, np.uint8, np.int32, np.bool_, np.float32])
    return _case(rng, "BROADCAST_TO", dtype, shape, output, [_indices(rng, output)])


def make_broadcast_args(rng: Rng) -> Case:
    dtype = pick(rng, [np.int32, np.int64])
    whole = rng.integers(1, 9, int(rng.integers(1, 6)))
    shapes = [np.where(rng.random(whole.size) < 0.4, 1, whole).astype(dtype) for _ in range(2)]
    shapes[0] = shapes[0][int(rng.integers(whole.size)) :]
    shapes = shapes[:: int(rng.choice([1, -1]))]
    builder = ModelBuilder()
    sources = [builder.tensor(s.shape, dtype) for s in shapes]
    target = builder.tensor(whole.shape, dtype)
    builder.operator(OPS.BROADCAST_ARGS, sources, [target])
    return Case(f"{shapes}", builder.finish(sources, [target]), tuple(shapes))


def make_pad_v2(rng: Rng) -> Case:
    shape = random_shape(rng, 1, 3)
    paddings = rng.integers(0, 4, (len(shape), 2)).astype(np.int32)
    output = tuple(int(n) for n in np.array(shape) + paddings.sum(axis=1))
    dtype = pick(rng, [np.int8, np.int16, np.int32, np.float32])
    quantization = None if dtype in PLAIN else quantization_for(rng, dtype)
    builder = ModelBuilder()
    source = builder.tensor(shape, dtype, quantization)
    amounts = builder.tensor(paddings.shape, np.int32, data=paddings)
    padding = np.array(values_for(rng, dtype, ()), dtype)
    constant = padding if rng.random() < 0.5 else None
    value = builder.tensor((), dtype, quantization, constant)
    target = builder.tensor(output, dtype, quantization)
    builder.operator(OPS.PADV2, [source, amounts, value], [target])
    inputs = [source] if constant is not None else [source, value]
    given = [values_for(rng, dtype, shape)]
    if constant is None:
        given.append(padding)
    return Case(f"{np.dtype(dtype)}-{shape}", builder.finish(inputs, [target]), tuple(given))


def make_mirror_pad(rng: Rng) -> Case:
    shape = random_shape(rng, 1, 3)
    mode = pick(rng, [tflite.MirrorPadMode.REFLECT, tflite.MirrorPadMode.SYMMETRIC])
    most = [n - (mode == tflite.MirrorPadMode.REFLECT) for n in shape]
    paddings = np.array([[int(rng.integers(min(m, 3) + 1)) for _ in range(2)] for m in most])
    output = tuple(int(n) for n in np.array(shape) + paddings.sum(axis=1))
    dtype = pick(rng, [np.int8, np.float32])
    table = options("MirrorPadOptions", Mode=mode)
    return _case(rng, "MIRROR_PAD", dtype, shape, output, [_indices(rng, paddings)], table)


def make_reverse(rng: Rng) -> Case:
    shape = random_shape(rng)
    first = int(rng.integers(len(shape)))
    axes = list(range(first, int(rng.integers(first + 1, len(shape) + 1))))
    axes = [a - len(shape) if rng.random() < 0.3 else a for a in axes]
    rng.shuffle(axes)
    dtype = pick(rng, [np.int8, np.int16, np.uint8, np.int32, np.int64, np.bool_, np.float32])
    return _case(rng, "REVERSE_V2", dtype, shape, shape, [np.array(axes, np.int32)])


def make_blocks(rng: Rng, operator: str) -> Case:
    """SPACE_TO_DEPTH or DEPTH_TO_SPACE."""
    batch, height, width, depth = (int(n) for n in rng.integers(1, 5, 4))
    block = int(rng.integers(1, 4))
    space = (batch, height * block, width * block, depth)
    deep = (batch, height, width, depth * block * block)
    shapes = (space, deep) if operator == "SPACE_TO_DEPTH" else (deep, space)
    name = "SpaceToDepthOptions" if operator == "SPACE_TO_DEPTH" else "DepthToSpaceOptions"
    dtype = pick(rng, [np.int8, np.float32])
    return _case(rng, operator, dtype, *shapes, [], options(name, BlockSize=block))


def make_batches(rng: Rng, operator: str) -> Case:
    """SPACE_TO_BATCH_ND or BATCH_TO_SPACE_ND."""
    sides = int(rng.integers(1, 3))
    batch, depth = (int(n) for n in rng.integers(1, 5, 2))
    block = rng.integers(1, 4, sides).astype(np.int32)
    cells = rng.integers(1, 5, sides)
    margins = np.array([[int(rng.integers(b)) for _ in range(2)] for b in block], np.int32)
    inner = cells * block - margins.sum(axis=1)
    # TFLM's padding is what its arena happens to hold: test_undefined.py has a case of ours.
    if operator == "SPACE_TO_BATCH_ND" or (inner < 1).any():
        margins[:] = 0
        inner = cells * block
    space = (batch, *inner.tolist(), depth)
    batches = (batch * int(block.prod()), *cells.tolist(), depth)
    shapes = (space, batches) if operator == "SPACE_TO_BATCH_ND" else (batches, space)
    dtype = pick(rng, [np.int8, np.float32])
    return _case(rng, operator, dtype, *shapes, [block, margins])


def make_update(rng: Rng) -> Case:
    shape = random_shape(rng)
    part = tuple(int(rng.integers(1, n + 1)) for n in shape)
    dtype = pick(rng, [np.int8, np.int16, np.int32, np.float32])
    start = _indices(rng, [int(rng.integers(-2, n + 2)) for n in shape])
    quantization = None if dtype in PLAIN else quantization_for(rng, dtype)
    builder = ModelBuilder()
    sources = [builder.tensor(s, dtype, quantization) for s in (shape, part)]
    sources.append(builder.tensor(start.shape, start.dtype))
    target = builder.tensor(shape, dtype, quantization)
    builder.operator(OPS.DYNAMIC_UPDATE_SLICE, sources, [target])
    values = (values_for(rng, dtype, shape), values_for(rng, dtype, part), start)
    return Case(f"{np.dtype(dtype)}-{shape}-{part}", builder.finish(sources, [target]), values)


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "gather": make_gather,
    "gather_nd": make_gather_nd,
    "embedding_lookup": make_embedding,
    "slice": make_slice,
    "fill": make_fill,
    "zeros_like": make_zeros_like,
    "broadcast_to": make_broadcast_to,
    "broadcast_args": make_broadcast_args,
    "pad_v2": make_pad_v2,
    "mirror_pad": make_mirror_pad,
    "reverse": make_reverse,
    "space_to_depth": lambda rng: make_blocks(rng, "SPACE_TO_DEPTH"),
    "depth_to_space": lambda rng: make_blocks(rng, "DEPTH_TO_SPACE"),
    "space_to_batch": lambda rng: make_batches(rng, "SPACE_TO_BATCH_ND"),
    "batch_to_space": lambda rng: make_batches(rng, "BATCH_TO_SPACE_ND"),
    "dynamic_update_slice": make_update,
}
