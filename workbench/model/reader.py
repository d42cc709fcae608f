"""Reading a .tflite into a `Model`: everything is checked before it is believed."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import flatbuffers.number_types as fb
import numpy as np
import numpy.typing as npt

from workbench.errors import ModelError
from workbench.model.cost import macs, parameters
from workbench.model.options import ACTIVATIONS, OPTIONS, PADDINGS, Kind, Option
from workbench.model.quantization import Quantization
from workbench.model.values import ELEMENT_BYTES, Model, Operator, Tensor
from workbench.model.verify import verify
from workbench.support.files import MIB, read_file

MAX_FILE_BYTES = 256 * MIB  # far more than any flash holds
# A device with 32-bit addresses can hold no more.
_MAX_TENSOR_BYTES = 2**31 - 1
_MOST_DIMENSIONS = 8  # as in firmware/runtime/core/model_check.cc
_MOST_ITEMS = 32_000  # tensors or operators, as there
_MOST_INTEGERS = 16  # of paddings: two for each dimension
_NOTHING = np.empty(0, np.uint8)
_BUILTIN_CODE = 10  # in the vtable of OperatorCode: two u16 sizes, then field 3
_CUSTOM = "CUSTOM"


def read_model(path: Path) -> Model:
    """Read the .tflite at `path`. Raises ModelError if it is missing, corrupt or inconsistent."""
    content = read_model_file(Path(path))
    try:
        return parse_model(content, Path(path))
    except ModelError as error:
        raise ModelError(f"{path}: {error.message}", error.hint) from None


def read_model_file(path: Path) -> bytes:
    """Return what the .tflite at `path` holds, unread. Raises ModelError if it cannot be read."""
    return read_file(path, ModelError, "give the path of a .tflite", most=MAX_FILE_BYTES)


def parse_model(content: bytes, path: Path | None = None) -> Model:
    """Read a .tflite in memory. Raises ModelError if it is corrupt or inconsistent."""
    import tflite

    verify(content)
    root = tflite.Model.GetRootAs(content, 0)
    if root.SubgraphsLength() == 0:
        raise ModelError("the model has no subgraph")
    graph = root.Subgraphs(0)
    if max(graph.TensorsLength(), graph.OperatorsLength()) > _MOST_ITEMS:
        raise ModelError(f"the model has more than {_MOST_ITEMS:,} tensors or operators")
    buffers = [_buffer(root.Buffers(i), i) for i in range(root.BuffersLength())]
    tensors = tuple(_tensor(graph.Tensors(i), i, buffers) for i in range(graph.TensorsLength()))
    operators = tuple(
        _operator(root, graph.Operators(i), i, tensors) for i in range(graph.OperatorsLength())
    )
    return Model(
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        schema_version=root.Version(),
        description=_text(root.Description()),
        tensors=tensors,
        operators=operators,
        inputs=_signature(graph.Inputs, graph.InputsLength(), "input", tensors),
        outputs=_signature(graph.Outputs, graph.OutputsLength(), "output", tensors),
        metadata=tuple(_text(root.Metadata(i).Name()) for i in range(root.MetadataLength())),
        parameters=parameters(operators, tensors),
        subgraphs=root.SubgraphsLength(),
        called=_called(root),
        path=path,
    )


def _buffer(buffer: Any, index: int) -> npt.NDArray[np.uint8]:
    """The content of a buffer, not copied; empty where the tensor is computed."""
    # Offset and Size locate content behind the flatbuffer, which models over 2 GB use.
    if buffer.Offset() > 1 or buffer.Size() > 1:
        raise ModelError(
            f"buffer {index} lies outside the flatbuffer",
            "such models are for files over 2 GB; convert without experimental large buffers",
        )
    return np.asarray(buffer.DataAsNumpy(), np.uint8) if buffer.DataLength() else _NOTHING


def _small_integers(
    content: npt.NDArray[np.uint8], type_: str, shape: tuple[int, ...]
) -> tuple[int, ...]:
    """What a constant of a few INT32 holds; empty for anything else, and where sizes differ."""
    count = math.prod(shape)
    if type_ != "INT32" or count > _MOST_INTEGERS or content.size != 4 * count:
        return ()
    return tuple(int(one) for one in np.frombuffer(content.tobytes(), "<i4"))


def _tensor(raw: Any, index: int, buffers: Sequence[npt.NDArray[np.uint8]]) -> Tensor:
    name = _text(raw.Name())
    where = f'tensor {index} "{name}"'
    type_ = _names("TensorType").get(raw.Type())
    if type_ is None:
        raise ModelError(f"{where} has the unknown type {raw.Type()}")
    shape = _integers(raw.Shape, raw.ShapeLength())
    signature = _integers(raw.ShapeSignature, raw.ShapeSignatureLength())
    dynamic = any(size < 0 for size in signature)
    if any(size < 0 for size in shape):
        raise ModelError(
            f"{where} has a size that is open or negative: {shape}",
            "fix the batch size: keras.Input(shape, batch_size=1)",
        )
    if len(shape) > _MOST_DIMENSIONS:
        raise ModelError(f"{where} has {len(shape)} dimensions, more than {_MOST_DIMENSIONS}")
    if math.prod(shape) * ELEMENT_BYTES.get(type_, 1) > _MAX_TENSOR_BYTES:
        raise ModelError(f"{where} is larger than any device: {shape} of {type_}")
    if raw.Buffer() >= len(buffers):
        raise ModelError(f"{where} names buffer {raw.Buffer()}, there are {len(buffers)}")
    held = buffers[raw.Buffer()]
    tensor = Tensor(
        index=index,
        name=name,
        type=type_,
        shape=shape,
        quantization=_quantization(raw.Quantization(), where, shape),
        constant=held.size > 0,
        dynamic=dynamic,
        variable=bool(raw.IsVariable()),
        integers=_small_integers(held, type_, shape),
    )
    if tensor.constant and type_ in ELEMENT_BYTES and held.size != tensor.bytes:
        raise ModelError(f"{where} needs {tensor.bytes} bytes, its buffer has {held.size}")
    return tensor


def _quantization(raw: Any, where: str, shape: tuple[int, ...]) -> Quantization | None:
    if raw is None or raw.ScaleLength() == 0:
        return None
    scales = tuple(raw.ScaleAsNumpy().tolist())
    zero_points = tuple(raw.ZeroPointAsNumpy().tolist()) if raw.ZeroPointLength() else ()
    axis = raw.QuantizedDimension()
    if len(zero_points) != len(scales):
        raise ModelError(f"{where} has {len(scales)} scales but {len(zero_points)} zero points")
    if not all(-(1 << 31) <= zero_point < 1 << 31 for zero_point in zero_points):
        raise ModelError(f"{where} has a zero point beyond 32 bits")
    if not all(math.isfinite(scale) and scale >= 0.0 for scale in scales):
        raise ModelError(f"{where} has a scale that is negative or not finite")
    fits = 0 <= axis < len(shape) and shape[axis] == len(scales)
    # Older converters give the bias of a depthwise convolution the axis of its filter, 3; TFLM
    # looks at the number of scales alone.
    if len(scales) > 1 and not fits and shape != (len(scales),):
        raise ModelError(f"{where} has {len(scales)} scales, which fit no axis of {shape}")
    return Quantization(scales, zero_points, axis)


def _operator(root: Any, raw: Any, index: int, tensors: Sequence[Tensor]) -> Operator:
    if raw.OpcodeIndex() >= root.OperatorCodesLength():
        raise ModelError(f"operator {index} names operator code {raw.OpcodeIndex()}, beyond all")
    code = root.OperatorCodes(raw.OpcodeIndex())
    name, custom = _operator_name(code, index)
    inputs = _integers(raw.Inputs, raw.InputsLength())
    outputs = _integers(raw.Outputs, raw.OutputsLength())
    for tensor in (*inputs, *outputs):
        if not -1 <= tensor < len(tensors):
            raise ModelError(f"operator {index} {name} names tensor {tensor}, beyond all")
    if -1 in outputs:
        raise ModelError(f"operator {index} {name} has an absent output")
    return Operator(
        index=index,
        name=name,
        version=code.Version(),
        inputs=inputs,
        outputs=outputs,
        custom=custom,
        options=_options(raw),
        options_type=_options_type(raw, f"operator {index} {name}"),
        macs=macs(
            name,
            [tensors[i] if i >= 0 else None for i in inputs],
            [tensors[i] for i in outputs],
        ),
    )


def _called(root: Any) -> tuple[tuple[str, bool], ...]:
    """What the graphs behind the first one need of a resolver, each once."""
    found: dict[tuple[str, bool], None] = {}
    for graph in (root.Subgraphs(i) for i in range(1, root.SubgraphsLength())):
        for index in range(graph.OperatorsLength()):
            code = graph.Operators(index).OpcodeIndex()
            if code >= root.OperatorCodesLength():
                raise ModelError(f"operator {index} names operator code {code}, beyond all")
            found[_operator_name(root.OperatorCodes(code), index)] = None
    return tuple(found)


def _operator_name(code: Any, index: int) -> tuple[str, bool]:
    """Return the builtin's name in the schema, or the custom operator's own, and if it is one."""
    number = max(code.DeprecatedBuiltinCode(), _builtin_code(code))  # as TFLM's GetBuiltinCode
    name = _names("BuiltinOperator").get(number)
    if name is None:
        raise ModelError(f"operator {index} has the unknown builtin code {number}")
    if name != _CUSTOM:
        return name, False
    # Resolvers compare C strings: what is behind a zero is not part of the name.
    custom = _text((code.CustomCode() or b"").split(b"\0")[0])
    if not custom:
        raise ModelError(f"operator {index} is a custom operator without a name")
    return custom, True


def _builtin_code(code: Any) -> int:
    """The field builtin_code; `tflite` gives the deprecated one in its place where it can."""
    offset = code._tab.Offset(_BUILTIN_CODE)
    return int(code._tab.Get(fb.Int32Flags, code._tab.Pos + offset)) if offset else 0


def _options_type(raw: Any, where: str) -> str:
    number = raw.BuiltinOptionsType()
    name = _names("BuiltinOptions").get(number)
    if name is None:
        raise ModelError(
            f"{where} has options of the unknown type {number}",
            "the file is damaged, or of a newer schema than this workbench knows",
        )
    return name if number else ""


def _options(raw: Any) -> dict[str, str | int | float]:
    table = raw.BuiltinOptions()
    fields = OPTIONS.get(raw.BuiltinOptionsType(), ())
    return {} if table is None else {f.name: _option(table, f) for f in fields}


def _option(table: Any, option: Option) -> str | int | float:
    offset = table.Offset(4 + 2 * option.number)  # the vtable starts with two u16 sizes
    flags = {Kind.INT: fb.Int32Flags, Kind.FLOAT: fb.Float32Flags}.get(option.kind, fb.Int8Flags)
    value = table.Get(flags, table.Pos + offset) if offset else option.default
    names = {Kind.PADDING: PADDINGS, Kind.ACTIVATION: ACTIVATIONS}.get(option.kind)
    if names is None:
        return float(value) if option.kind is Kind.FLOAT else int(value)
    return names[value] if 0 <= value < len(names) else int(value)


def _signature(
    get: Callable[[int], int], length: int, what: str, tensors: Sequence[Tensor]
) -> tuple[Tensor, ...]:
    indices = _integers(get, length)
    for index in indices:
        if not 0 <= index < len(tensors):
            raise ModelError(f"the model's {what} is tensor {index}, beyond all {len(tensors)}")
    return tuple(tensors[index] for index in indices)


def _integers(get: Callable[[int], int], length: int) -> tuple[int, ...]:
    return tuple(int(get(i)) for i in range(length))


def _text(raw: bytes | None) -> str:
    """Names come from the file: shown as text on one line, whatever they hold."""
    text = (raw or b"").decode("utf-8", errors="replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


@cache
def _names(enumeration: str) -> dict[int, str]:
    """Number -> name of one of the schema's enumerations."""
    import tflite

    members = vars(getattr(tflite, enumeration))
    return {number: name for name, number in members.items() if isinstance(number, int)}
