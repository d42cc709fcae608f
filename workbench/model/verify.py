"""Bounds check of a .tflite flatbuffer, before anything in it is believed.

The generated accessors of the `tflite` package follow every offset blindly. After `verify` each
offset, vector and string that `workbench.model.reader` follows lies inside the file.

FlatBuffers internals (flatbuffers.dev, "Internals"): a table starts with a signed offset back to
its vtable; the vtable is u16 size of itself, u16 size of the table, then one u16 a field: where
the field lies in the table, 0 if absent. Vectors, strings and sub-tables are u32 offsets forward.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from workbench.errors import ModelError
from workbench.model.options import OPTIONS

FILE_IDENTIFIER = b"TFL3"

_U16 = struct.Struct("<H")
_U32 = struct.Struct("<I")
_I32 = struct.Struct("<i")
_OPTIONS_TYPE = 3  # field number of Operator.builtin_options_type


@dataclass(frozen=True)
class _Scalar:
    size: int  # bytes


@dataclass(frozen=True)
class _Vector:
    item_size: int  # bytes; of scalars that the reader turns into Python numbers


@dataclass(frozen=True)
class _Bytes:
    """A vector of bytes that is located but not walked, such as the content of a buffer."""


@dataclass(frozen=True)
class _Text:
    """A string: bytes with a NUL behind them that their number does not count."""


@dataclass(frozen=True)
class _Table:
    name: str


@dataclass(frozen=True)
class _Tables:
    name: str


@dataclass(frozen=True)
class _Options:
    """The union BuiltinOptions; its type is the field before it."""


_Field = _Scalar | _Vector | _Bytes | _Text | _Table | _Tables | _Options

# Field numbers as in tensorflow/compiler/mlir/lite/schema/schema.fbs; the fields that are read
# here, and those that TFLM's Python package reads beside them.
_SCHEMA: dict[str, dict[int, _Field]] = {
    "Model": {
        0: _Scalar(4),  # version
        1: _Tables("OperatorCode"),
        2: _Tables("SubGraph"),
        3: _Text(),  # description
        4: _Tables("Buffer"),
        5: _Vector(4),  # metadata_buffer
        6: _Tables("Metadata"),
        7: _Tables("SignatureDef"),
    },
    "OperatorCode": {0: _Scalar(1), 1: _Text(), 2: _Scalar(4), 3: _Scalar(4)},
    "SubGraph": {
        0: _Tables("Tensor"),
        1: _Vector(4),  # inputs
        2: _Vector(4),  # outputs
        3: _Tables("Operator"),
        4: _Text(),  # name
        5: _Scalar(4),  # debug_metadata_index
    },
    "Tensor": {
        0: _Vector(4),  # shape
        1: _Scalar(1),  # type
        2: _Scalar(4),  # buffer
        3: _Text(),  # name
        4: _Table("QuantizationParameters"),
        5: _Scalar(1),  # is_variable
        6: _Table("SparsityParameters"),
        7: _Vector(4),  # shape_signature
        8: _Scalar(1),  # has_rank
        9: _Tables("VariantSubType"),
    },
    "QuantizationParameters": {
        0: _Vector(4),  # min
        1: _Vector(4),  # max
        2: _Vector(4),  # scale
        3: _Vector(8),  # zero_point
        4: _Scalar(1),  # details_type
        6: _Scalar(4),  # quantized_dimension
    },
    "SparsityParameters": {0: _Vector(4), 1: _Vector(4), 2: _Tables("DimensionMetadata")},
    "DimensionMetadata": {0: _Scalar(1), 1: _Scalar(4), 2: _Scalar(1), 4: _Scalar(1)},
    "VariantSubType": {0: _Vector(4), 1: _Scalar(1), 2: _Scalar(1)},
    "Operator": {
        0: _Scalar(4),  # opcode_index
        1: _Vector(4),  # inputs
        2: _Vector(4),  # outputs
        3: _Scalar(1),  # builtin_options_type
        4: _Options(),
        5: _Bytes(),  # custom_options
        6: _Scalar(1),  # custom_options_format
        7: _Bytes(),  # mutating_variable_inputs
        8: _Vector(4),  # intermediates
        9: _Scalar(8),  # large_custom_options_offset
        10: _Scalar(8),  # large_custom_options_size
        11: _Scalar(1),  # builtin_options_2_type
        13: _Scalar(4),  # debug_metadata_index
    },
    "Buffer": {0: _Bytes(), 1: _Scalar(8), 2: _Scalar(8)},
    "Metadata": {0: _Text(), 1: _Scalar(4)},
    "SignatureDef": {
        0: _Tables("TensorMap"),  # inputs
        1: _Tables("TensorMap"),  # outputs
        2: _Text(),  # signature_key
        4: _Scalar(4),  # subgraph_index
    },
    "TensorMap": {0: _Text(), 1: _Scalar(4)},
}


def verify(content: bytes) -> None:
    """Raise ModelError unless `content` is a well-formed .tflite flatbuffer."""
    if len(content) < 8:
        raise ModelError(
            f"a .tflite has at least 8 bytes, this has {len(content)}", "convert or copy it again"
        )
    if content[4:8] != FILE_IDENTIFIER:
        raise ModelError(
            f"not a .tflite: bytes 4 to 8 are {content[4:8]!r}, not {FILE_IDENTIFIER!r}",
            "convert the model with tf.lite.TFLiteConverter, or with `workbench model train`",
        )
    _Verifier(content).table(_SCHEMA["Model"], "Model", _U32.unpack_from(content, 0)[0])


class _Verifier:
    """Walks the tables; `_budget` bounds the work, since tables may be shared by many offsets."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._budget = 8 * len(content) + 4096

    def table(self, schema: dict[int, _Field], name: str, at: int) -> None:
        size, slots = self._vtable(name, at)
        self._spend(name, 4 + 2 * len(slots))
        for number, field in schema.items():
            if number >= len(slots) or slots[number] == 0:
                continue
            where = f"{name} field {number}"
            width = field.size if isinstance(field, _Scalar) else 4
            if slots[number] < 4 or slots[number] + width > size:
                raise _corrupt(where, "lies outside its table")
            if isinstance(field, _Options):
                self._options(slots, at, self._target(where, at + slots[number]))
            elif not isinstance(field, _Scalar):
                self._follow(field, where, at + slots[number])

    def _vtable(self, name: str, at: int) -> tuple[int, tuple[int, ...]]:
        """Return the table's size in bytes and where in it each field lies."""
        self._inside(name, at, 4)
        vtable = at - _I32.unpack_from(self._content, at)[0]
        self._inside(f"{name} vtable", vtable, 4)
        vtable_size, size = struct.unpack_from("<HH", self._content, vtable)
        if vtable_size < 4 or vtable_size % 2 or size < 4:
            raise _corrupt(name, "has a vtable of impossible size")
        self._inside(f"{name} vtable", vtable, vtable_size)
        self._inside(name, at, size)
        slots = struct.unpack_from(f"<{vtable_size // 2 - 2}H", self._content, vtable + 4)
        return size, slots

    def _options(self, slots: tuple[int, ...], operator: int, at: int) -> None:
        type_slot = slots[_OPTIONS_TYPE]
        kind = self._content[operator + type_slot] if type_slot else 0
        schema: dict[int, _Field] = {o.number: _Scalar(o.kind.size) for o in OPTIONS.get(kind, ())}
        self.table(schema, "Operator options", at)

    def _follow(self, field: _Field, where: str, at: int) -> None:
        target = self._target(where, at)
        if isinstance(field, _Table):
            self.table(_SCHEMA[field.name], field.name, target)
            return
        self._inside(where, target, 4)
        length = _U32.unpack_from(self._content, target)[0]
        item_size = 1 if isinstance(field, (_Bytes, _Text)) else 4
        if isinstance(field, _Vector):
            item_size = field.item_size
            self._spend(where, length * item_size)
        self._inside(where, target + 4, length * item_size)
        if isinstance(field, _Text):
            end = target + 4 + length
            if self._content[end : end + 1] != b"\0":
                raise _corrupt(where, "is a text that does not end")
        if isinstance(field, _Tables):
            self._spend(where, length * 4)
            for item in range(target + 4, target + 4 + 4 * length, 4):
                self.table(_SCHEMA[field.name], field.name, self._target(where, item))

    def _target(self, where: str, at: int) -> int:
        """Where the offset at `at` leads: forward, to a multiple of 4 bytes (as TFLM reads it)."""
        offset: int = _U32.unpack_from(self._content, at)[0]
        if offset == 0 or (at + offset) % 4:
            raise _corrupt(where, "has an offset of 0, or one that is not aligned")
        return at + offset

    def _inside(self, where: str, at: int, size: int) -> None:
        if at < 0 or at + size > len(self._content):
            raise _corrupt(where, f"points outside the {len(self._content)} bytes of the file")

    def _spend(self, where: str, cost: int) -> None:
        self._budget -= cost
        if self._budget < 0:
            raise _corrupt(where, "is shared so often that the file unfolds without end")


def _corrupt(where: str, what: str) -> ModelError:
    return ModelError(
        f"corrupt .tflite: {where} {what}", "the file is damaged or cut short; convert it again"
    )
