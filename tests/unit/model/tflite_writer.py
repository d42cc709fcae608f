"""Writes small .tflite files, right or wrong on purpose, for the tests of the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import flatbuffers
import numpy as np
import tflite

INT8, INT32, FLOAT32 = 9, 2, 0


@dataclass(frozen=True)
class TensorSpec:
    """One tensor; `data` makes it a constant."""

    shape: Sequence[int]
    type: int = INT8
    data: bytes = b""
    scales: Sequence[float] = (0.5,)
    zero_points: Sequence[int] = (0,)
    axis: int = 0
    signature: Sequence[int] = ()


@dataclass(frozen=True)
class OperatorSpec:
    """One operator; `code` is a BuiltinOperator, or the name of a custom operator."""

    code: int | str
    inputs: Sequence[int]
    outputs: Sequence[int]


def write_tflite(
    tensors: Sequence[TensorSpec],
    operators: Sequence[OperatorSpec],
    inputs: Sequence[int] = (0,),
    outputs: Sequence[int] = (1,),
    version: int = 3,
) -> bytes:
    """The model as a flatbuffer; nothing is checked."""
    builder = flatbuffers.Builder()
    contents = [b"", *(spec.data for spec in tensors if spec.data)]
    buffers = _table_vector(builder, [_buffer(builder, content) for content in contents])
    places = iter(range(1, len(contents)))
    packed = [_tensor(builder, spec, next(places) if spec.data else 0) for spec in tensors]
    tensor_vector = _table_vector(builder, packed)
    codes = _table_vector(builder, [_code(builder, spec.code) for spec in operators])
    packed = [_operator(builder, index, spec) for index, spec in enumerate(operators)]
    operator_vector = _table_vector(builder, packed)
    input_vector, output_vector = _integers(builder, inputs), _integers(builder, outputs)
    tflite.SubGraphStart(builder)
    tflite.SubGraphAddTensors(builder, tensor_vector)
    tflite.SubGraphAddOperators(builder, operator_vector)
    tflite.SubGraphAddInputs(builder, input_vector)
    tflite.SubGraphAddOutputs(builder, output_vector)
    graphs = _table_vector(builder, [tflite.SubGraphEnd(builder)])
    description = builder.CreateString("written by a test")
    tflite.ModelStart(builder)
    tflite.ModelAddVersion(builder, version)
    tflite.ModelAddOperatorCodes(builder, codes)
    tflite.ModelAddSubgraphs(builder, graphs)
    tflite.ModelAddBuffers(builder, buffers)
    tflite.ModelAddDescription(builder, description)
    builder.Finish(tflite.ModelEnd(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _buffer(builder: flatbuffers.Builder, content: bytes) -> int:
    data = builder.CreateByteVector(content) if content else None
    tflite.BufferStart(builder)
    if data is not None:
        tflite.BufferAddData(builder, data)
    return int(tflite.BufferEnd(builder))


def _tensor(builder: flatbuffers.Builder, spec: TensorSpec, buffer: int) -> int:
    name = builder.CreateString("t")
    shape = _integers(builder, spec.shape)
    signature = _integers(builder, spec.signature) if spec.signature else None
    scales = builder.CreateNumpyVector(np.array(spec.scales, np.float32))
    zero_points = builder.CreateNumpyVector(np.array(spec.zero_points, np.int64))
    tflite.QuantizationParametersStart(builder)
    tflite.QuantizationParametersAddScale(builder, scales)
    tflite.QuantizationParametersAddZeroPoint(builder, zero_points)
    tflite.QuantizationParametersAddQuantizedDimension(builder, spec.axis)
    quantization = tflite.QuantizationParametersEnd(builder)
    tflite.TensorStart(builder)
    tflite.TensorAddName(builder, name)
    tflite.TensorAddShape(builder, shape)
    if signature is not None:
        tflite.TensorAddShapeSignature(builder, signature)
    tflite.TensorAddType(builder, spec.type)
    tflite.TensorAddBuffer(builder, buffer)
    tflite.TensorAddQuantization(builder, quantization)
    return int(tflite.TensorEnd(builder))


def _code(builder: flatbuffers.Builder, code: int | str) -> int:
    custom = builder.CreateString(code) if isinstance(code, str) else None
    number = tflite.BuiltinOperator.CUSTOM if isinstance(code, str) else code
    tflite.OperatorCodeStart(builder)
    if custom is not None:
        tflite.OperatorCodeAddCustomCode(builder, custom)
    tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, min(number, 127))
    tflite.OperatorCodeAddBuiltinCode(builder, number)
    tflite.OperatorCodeAddVersion(builder, 1)
    return int(tflite.OperatorCodeEnd(builder))


def _operator(builder: flatbuffers.Builder, index: int, spec: OperatorSpec) -> int:
    inputs, outputs = _integers(builder, spec.inputs), _integers(builder, spec.outputs)
    tflite.OperatorStart(builder)
    tflite.OperatorAddOpcodeIndex(builder, index)
    tflite.OperatorAddInputs(builder, inputs)
    tflite.OperatorAddOutputs(builder, outputs)
    return int(tflite.OperatorEnd(builder))


def _integers(builder: flatbuffers.Builder, values: Sequence[int]) -> int:
    return int(builder.CreateNumpyVector(np.array(values, np.int32)))


def _table_vector(builder: flatbuffers.Builder, tables: Sequence[int]) -> int:
    builder.StartVector(4, len(tables), 4)
    for table in reversed(tables):
        builder.PrependUOffsetTRelative(table)
    return int(builder.EndVector())
