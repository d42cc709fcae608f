"""What an open batch size makes the converter add, folded: shapes that are constant at batch 1.

With `keras.Input(shape)` the batch is open, and Flatten and Reshape become SHAPE, STRIDED_SLICE,
PACK and RESHAPE, computed anew at every inference. The file's own sizes are those of batch 1, with
which all but the RESHAPE is constant.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.errors import ModelError, UserError
from workbench.model.reader import parse_model, read_model_file
from workbench.model.values import Model, Operator, Tensor
from workbench.support.files import write_atomically

Integers = npt.NDArray[np.int32]
Known = dict[int, Integers]

# Numbers of fields in tensorflow/compiler/mlir/lite/schema/schema.fbs
_TENSOR_SIGNATURE = 7
_GRAPH_OPERATORS = 3
_MODEL_BUFFERS = 4

_WORD = 4
_DATA_ALIGNMENT = 16  # schema.fbs, Buffer.data: force_align


@dataclass(frozen=True)
class Folded:
    """A model without them. `operators` are those of the original that are gone.

    `opened`: how many tensors had open sizes, which are now those of batch 1.
    """

    content: bytes
    operators: tuple[Operator, ...]
    opened: int


@dataclass(frozen=True)
class FoldedFile:
    """What `fold_file` has written to `path`, `size` bytes; the rest as in `Folded`."""

    path: Path
    size: int
    operators: tuple[Operator, ...]
    opened: int


def fold_file(source: Path, target: Path) -> FoldedFile:
    """Fold the .tflite `source` and write the result to `target`, which is another file.

    Raises ModelError where it cannot be read, UserError where it would be overwritten.
    """
    if target.exists() and target.samefile(source):
        raise UserError(f"{target}: is the model itself", "give another file for the result")
    try:
        folded = fold(read_model_file(source))
    except ModelError as error:
        raise ModelError(f"{source}: {error.message}", error.hint) from None
    write_atomically(target, folded.content)
    return FoldedFile(target, len(folded.content), folded.operators, folded.opened)


def fold(content: bytes) -> Folded:
    """Return the .tflite `content` with the batch fixed at 1 and what follows from it folded.

    Raises ModelError where the model is corrupt.
    """
    model = parse_model(content)
    gone, known = foldable(model)
    remaining = [operator for operator in model.operators if operator not in gone]
    needed = {i for operator in remaining for i in operator.inputs} & _outputs(gone)
    file = _File(content)
    file.remove_operators([operator.index for operator in gone])
    for index in sorted(needed):
        file.make_constant(index, known[index].astype("<i4").tobytes())
    file.close_sizes()
    result = bytes(file.content)
    parse_model(result)  # what is written is held to what is read
    return Folded(result, gone, sum(tensor.dynamic for tensor in model.tensors))


def foldable(model: Model) -> tuple[tuple[Operator, ...], Known]:
    """Return the operators whose outputs are constant at batch 1, and what all constants hold.

    Only those that compute shapes: of INT32, a few elements.
    """
    known: Known = {
        tensor.index: np.array(tensor.integers, np.int32).reshape(tensor.shape)
        for tensor in model.tensors
        if tensor.constant and len(tensor.integers) == tensor.elements > 0
    }
    results = {tensor.index for tensor in model.outputs}
    gone = []
    for operator in model.operators:
        rule = _RULES.get(operator.name) if not operator.custom else None
        if rule is None or len(operator.outputs) != 1 or results & set(operator.outputs):
            continue
        output = model.tensors[operator.outputs[0]]
        value = _value(rule, operator, model.tensors, known)
        if value is not None and output.type == "INT32" and value.shape == output.shape:
            known[output.index] = value
            gone.append(operator)
    return tuple(gone), known


def _outputs(operators: Sequence[Operator]) -> set[int]:
    return {index for operator in operators for index in operator.outputs}


# -- what they compute ---------------------------------------------------------------------------

Options = Mapping[str, Any]
Rule = Callable[[Sequence[Integers], Options], "Integers | None"]


def _value(
    rule: Rule, operator: Operator, tensors: Sequence[Tensor], known: Known
) -> Integers | None:
    if operator.name == "SHAPE":
        return np.array(tensors[operator.inputs[0]].shape, np.int32)
    if not all(index in known for index in operator.inputs):
        return None
    try:
        return rule([known[index] for index in operator.inputs], operator.options)
    except (ValueError, IndexError):  # shapes or axes that do not fit: the runtime says so
        return None


def _shape(_inputs: Sequence[Integers], _options: Options) -> Integers | None:
    return None


def _strided_slice(inputs: Sequence[Integers], options: Options) -> Integers | None:
    source, begins, ends, strides = inputs
    if options.get("ellipsis_mask") or options.get("new_axis_mask") or options.get("offset"):
        return None
    places: list[int | slice] = []
    bounds = zip(begins.tolist(), ends.tolist(), strides.tolist(), strict=True)
    for axis, (begin, end, stride) in enumerate(bounds):
        bit = 1 << axis
        if options.get("shrink_axis_mask", 0) & bit:
            places.append(begin)
            continue
        first = None if options.get("begin_mask", 0) & bit else begin
        last = None if options.get("end_mask", 0) & bit else end
        places.append(slice(first, last, stride))
    return np.asarray(source[tuple(places)], np.int32)


def _pack(inputs: Sequence[Integers], options: Options) -> Integers:
    return np.stack(inputs, int(options.get("axis", 0)))


def _concatenation(inputs: Sequence[Integers], options: Options) -> Integers:
    return np.concatenate(inputs, int(options.get("axis", 0)))


def _product(inputs: Sequence[Integers], options: Options) -> Integers:
    source, axes = inputs
    keep = bool(options.get("keep_dims"))
    product = np.prod(source, tuple(axes.reshape(-1).tolist()), dtype=np.int32, keepdims=keep)
    return np.asarray(product, np.int32)


_RULES: Mapping[str, Rule] = {
    "SHAPE": _shape,
    "STRIDED_SLICE": _strided_slice,
    "PACK": _pack,
    "CONCATENATION": _concatenation,
    "REDUCE_PROD": _product,
}


# -- how the file is changed ---------------------------------------------------------------------


class _File:
    """A .tflite that is changed where it lies: nothing moves, new buffers go to its end."""

    def __init__(self, content: bytes) -> None:
        import tflite

        self.content = bytearray(content)
        self._model = tflite.Model.GetRootAs(content, 0)
        self._graph = self._model.Subgraphs(0)

    def remove_operators(self, indices: Sequence[int]) -> None:
        """Take these out of the vector of operators."""
        start, count = self._vector(self._graph._tab, _GRAPH_OPERATORS)
        places = [start + _WORD * i for i in range(count) if i not in set(indices)]
        tables = [place + self._word(place) for place in places]
        self._set_word(start - _WORD, len(tables))
        for i, table in enumerate(tables):
            place = start + _WORD * i
            self._set_word(place, table - place)

    def make_constant(self, index: int, data: bytes) -> None:
        """Give the tensor `index` the content `data`, in a new buffer in place of its empty one."""
        number = self._graph.Tensors(index).Buffer()
        users = sum(
            graph.Tensors(i).Buffer() == number
            for graph in map(self._model.Subgraphs, range(self._model.SubgraphsLength()))
            for i in range(graph.TensorsLength())
        )
        if number == 0 or users != 1:
            raise ModelError(
                f"tensor {index} has no buffer of its own, so that nothing can be folded into it",
                "convert the model again with a current TensorFlow, and a fixed batch size",
            )
        start, _ = self._vector(self._model._tab, _MODEL_BUFFERS)
        place = start + _WORD * number
        self._set_word(place, self._append_buffer(data) - place)

    def close_sizes(self) -> None:
        """Give the open sizes of all tensors the values that the file has for them."""
        for graph in map(self._model.Subgraphs, range(self._model.SubgraphsLength())):
            for tensor in map(graph.Tensors, range(graph.TensorsLength())):
                for axis in range(tensor.ShapeSignatureLength()):
                    if tensor.ShapeSignature(axis) < 0 and axis < tensor.ShapeLength():
                        start, _ = self._vector(tensor._tab, _TENSOR_SIGNATURE)
                        self._set_word(start + _WORD * axis, tensor.Shape(axis))

    def _append_buffer(self, data: bytes) -> int:
        """Append a Buffer that holds `data`; return where its table is."""
        self.content += bytes(-len(self.content) % _DATA_ALIGNMENT)
        vtable = len(self.content)
        # Its size, that of the table, where field 0 is; padding; the way back to it; the way to the
        # data, whose length lies before an aligned place.
        table = vtable + 8
        length = vtable + 2 * _DATA_ALIGNMENT - _WORD
        self.content += struct.pack("<HHHH", 6, 8, 4, 0)
        self.content += struct.pack("<iI", table - vtable, length - (table + 4))
        self.content += bytes(length - len(self.content)) + struct.pack("<I", len(data)) + data
        return table

    def _vector(self, table: Any, field: int) -> tuple[int, int]:
        offset = table.Offset(_WORD + 2 * field)  # the vtable starts with two sizes of 16 bits
        start = table.Vector(offset)
        return start, self._word(start - _WORD)

    def _word(self, place: int) -> int:
        return int(struct.unpack_from("<I", self.content, place)[0])

    def _set_word(self, place: int, value: int) -> None:
        struct.pack_into("<I", self.content, place, value)
