"""Models of one operator that moves elements and computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from typing import Any
import numpy as np
import tflite

from tests.firmware.runtime.model_builder import ModelBuilder
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
COMMON = [np.int8, np.int8, np.int16, np.int32, np.float32]
WITHOUT_INT32 = [np.int8, np.int16, np.float32]


class _Movement:
    """A model of tensors of one type and quantization, which is what moving needs."""

    def __init__(self, rng: Rng, types: Sequence[type]) -> None:
        self.builder = ModelBuilder()
        self.dtype = pick(rng, types)
        plain = self.dtype in (np.bool_, np.int32, np.int64)
        self.quantization = None if plain else quantization_for(rng, self.dtype)
        self._rng = rng

    def tensor(self, shape: Sequence[int]) -> int:
        return self.builder.tensor(shape, self.dtype, self.quantization)

    def constant(self, values: object) -> int:
        data = np.array(values, np.int32)
        return self.builder.tensor(data.shape, np.int32, data=data)

    def case(
        self,
        operator: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        written: tuple[Any, ...] = (),
        name: str = "",
    ) -> Case:
        tensors = self.builder.tensors
        taken = [i for i in inputs if tensors[i].data is None]
        self.builder.operator(getattr(OPS, operator), inputs, outputs, *written)
        values: tuple[Array, ...] = tuple(
            values_for(self._rng, self.dtype, tuple(tensors[i].shape)) for i in taken
        )
        shape = "x".join(str(n) for n in tensors[taken[0]].shape)
        model = self.builder.finish(taken, outputs)
        return Case(f"{np.dtype(self.dtype)}-{shape}{name}", model, values, len(outputs))


def _axis(rng: Rng, rank: int) -> tuple[int, int]:
    """An axis, and the same as it is written: from the end now and then."""
    axis = int(rng.integers(rank))
    return axis, axis - rank if rng.random() < 0.3 else axis


def _with(shape: Sequence[int], axis: int, size: int) -> tuple[int, ...]:
    return (*shape[:axis], size, *shape[axis + 1 :])


def make_concatenation(rng: Rng) -> Case:
    movement = _Movement(rng, [*COMMON, np.int64, np.bool_])
    shape = random_shape(rng)
    axis, written = _axis(rng, len(shape))
    sizes = [int(n) for n in rng.integers(1, 6, int(rng.integers(1, 5)))]
    pieces = [movement.tensor(_with(shape, axis, size)) for size in sizes]
    whole = movement.tensor(_with(shape, axis, sum(sizes)))
    table = options("ConcatenationOptions", Axis=written)
    return movement.case("CONCATENATION", pieces, [whole], table, f"-axis{written}")


def make_pack(rng: Rng) -> Case:
    movement = _Movement(rng, [*COMMON, np.int64])
    shape = random_shape(rng, 0, 3)
    axis, written = _axis(rng, len(shape) + 1)
    count = int(rng.integers(1, 5))
    pieces = [movement.tensor(shape) for _ in range(count)]
    whole = movement.tensor((*shape[:axis], count, *shape[axis:]))
    table = options("PackOptions", ValuesCount=count, Axis=written)
    return movement.case("PACK", pieces, [whole], table, f"-axis{written}")


def make_unpack(rng: Rng) -> Case:
    movement = _Movement(rng, COMMON)
    shape = random_shape(rng, 0, 3)
    axis, written = _axis(rng, len(shape) + 1)
    count = int(rng.integers(1, 5))
    whole = movement.tensor((*shape[:axis], count, *shape[axis:]))
    pieces = [movement.tensor(shape) for _ in range(count)]
    table = options("UnpackOptions", Num=count, Axis=written)
    return movement.case("UNPACK", [whole], pieces, table, f"-axis{written}")


def make_split(rng: Rng) -> Case:
    movement = _Movement(rng, COMMON)
    shape = random_shape(rng)
    axis, written = _axis(rng, len(shape))
    count, size = int(rng.integers(1, 5)), int(rng.integers(1, 5))
    steering = movement.constant(written)
    whole = movement.tensor(_with(shape, axis, count * size))
    pieces = [movement.tensor(_with(shape, axis, size)) for _ in range(count)]
    table = options("SplitOptions", NumSplits=count)
    return movement.case("SPLIT", [steering, whole], pieces, table, f"-axis{written}")


def make_split_v(rng: Rng) -> Case:
    movement = _Movement(rng, COMMON)
    shape = random_shape(rng)
    axis, written = _axis(rng, len(shape))
    sizes = [int(n) for n in rng.integers(1, 6, int(rng.integers(1, 5)))]
    whole = movement.tensor(_with(shape, axis, sum(sizes)))
    steering = [movement.constant(sizes), movement.constant(written)]
    pieces = [movement.tensor(_with(shape, axis, size)) for size in sizes]
    table = options("SplitVOptions", NumSplits=len(sizes))
    return movement.case("SPLIT_V", [whole, *steering], pieces, table, f"-axis{written}")


def make_transpose(rng: Rng) -> Case:
    movement = _Movement(rng, WITHOUT_INT32)
    shape = random_shape(rng, 1, 5)
    order = rng.permutation(len(shape)).tolist()
    source = movement.tensor(shape)
    target = movement.tensor([shape[d] for d in order])
    steering = movement.constant(order)
    name = f"-to{''.join(map(str, order))}"
    return movement.case("TRANSPOSE", [source, steering], [target], (), name)


def make_strided_slice(rng: Rng) -> Case:
    """Any range that is not empty, by indices from either end, masks, and steps back and forth."""
    movement = _Movement(rng, [*COMMON, np.bool_])
    shape = random_shape(rng)
    begins, ends, strides, left = [], [], [], []
    masks = {"BeginMask": 0, "EndMask": 0, "ShrinkAxisMask": 0}
    for d, size in enumerate(shape):
        shrunk = rng.random() < 0.2
        while True:
            stride = int(rng.choice([1, 1, 1, 2, 3, -1, -2]))
            begin, end = (int(n) for n in rng.integers(-size - 1, size + 2, 2))
            if shrunk:
                begin, stride = int(rng.integers(-size, size)), 1
            open_begin, open_end = (not shrunk and rng.random() < 0.3 for _ in range(2))
            sliced = slice(None if open_begin else begin, None if open_end else end, stride)
            picked = range(size)[begin : begin + 1 or None] if shrunk else range(size)[sliced]
            if len(picked) > 0 and (shrunk or _tflm_agrees(sliced, size, picked)):
                break
        begins.append(begin)
        ends.append(end)
        strides.append(stride)
        masks["BeginMask"] |= open_begin << d
        masks["EndMask"] |= open_end << d
        masks["ShrinkAxisMask"] |= shrunk << d
        if not shrunk:
            left.append(len(picked))
    source = movement.tensor(shape)
    steering = [movement.constant(values) for values in (begins, ends, strides)]
    target = movement.tensor(left)
    table = options("StridedSliceOptions", **masks)
    name = f"-{begins}:{ends}:{strides}"
    return movement.case("STRIDED_SLICE", [source, *steering], [target], table, name)


def _tflm_agrees(sliced: slice, size: int, picked: range) -> bool:
    """Python and TFLM limit a range alike, but for indices that stay negative."""
    return sliced.indices(size)[0] == picked[0] and picked[0] < size


def make_same_bytes(rng: Rng, operator: str) -> Case:
    """SQUEEZE or EXPAND_DIMS."""
    movement = _Movement(rng, WITHOUT_INT32)
    shape = random_shape(rng, 0, 3)
    axis, written = _axis(rng, len(shape) + 1)
    longer = (*shape[:axis], 1, *shape[axis:])
    if operator == "EXPAND_DIMS":
        tensors = [movement.tensor(shape), movement.constant(written)]
        return movement.case(operator, tensors, [movement.tensor(longer)])
    return movement.case(
        operator, [movement.tensor(longer)], [movement.tensor(tuple(n for n in longer if n != 1))]
    )


def make_shape(rng: Rng) -> Case:
    movement = _Movement(rng, [*COMMON, np.uint8])
    shape = random_shape(rng)
    source = movement.tensor(shape)
    target = movement.builder.tensor([len(shape)], np.int32)
    return movement.case("SHAPE", [source], [target])


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "concatenation": make_concatenation,
    "pack": make_pack,
    "unpack": make_unpack,
    "split": make_split,
    "split_v": make_split_v,
    "transpose": make_transpose,
    "strided_slice": make_strided_slice,
    "squeeze": lambda rng: make_same_bytes(rng, "SQUEEZE"),
    "expand_dims": lambda rng: make_same_bytes(rng, "EXPAND_DIMS"),
    "shape": make_shape,
}
