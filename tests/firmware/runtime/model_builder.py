"""Writes small .tflite files: tensors, operators, and nothing else.

For tests only; field order and defaults follow TensorFlow Lite's schema through the generated
functions of the `tflite` package.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
import numpy.typing as npt
import tflite

SCHEMA_VERSION = 3

TENSOR_TYPES = {
    np.dtype(np.float32): tflite.TensorType.FLOAT32,
    np.dtype(np.int8): tflite.TensorType.INT8,
    np.dtype(np.uint8): tflite.TensorType.UINT8,
    np.dtype(np.int16): tflite.TensorType.INT16,
    np.dtype(np.int32): tflite.TensorType.INT32,
    np.dtype(np.int64): tflite.TensorType.INT64,
    np.dtype(np.uint32): tflite.TensorType.UINT32,
    np.dtype(np.uint64): tflite.TensorType.UINT64,
    np.dtype(np.bool_): tflite.TensorType.BOOL,
}

# Buffer data is aligned to 16 bytes (schema.fbs: force_align).
BUFFER_ALIGNMENT = 16

OptionsWriter = Callable[[flatbuffers.Builder], int]


@dataclass(frozen=True)
class Quantization:
    """Affine quantization: one scale and zero point, or one a slice of `dimension`."""

    scales: Sequence[float]
    zero_points: Sequence[int]
    dimension: int = 0


@dataclass
class Tensor:
    """A tensor of the graph; constant where `data` is given."""

    shape: Sequence[int]
    dtype: npt.DTypeLike
    quantization: Quantization | None = None
    data: npt.NDArray[Any] | None = None
    raw_type: int | None = None  # a TensorType that numpy has not
    raw_buffer: bytes | None = None  # constant data of any size
    is_variable: bool = False


@dataclass
class Operator:
    """An operator by its builtin code, or a custom one by its name."""

    code: int
    inputs: Sequence[int]
    outputs: Sequence[int]
    options_type: int = 0
    options: OptionsWriter | None = None
    custom_name: str | None = None
    intermediates: Sequence[int] = ()
    custom_options: bytes | None = None


@dataclass
class ModelBuilder:
    """A model in the making: `tensor` and `operator` return indices, `finish` the file."""

    tensors: list[Tensor] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)
    version: int = SCHEMA_VERSION
    inputs: Sequence[int] = ()  # of a graph that is called
    outputs: Sequence[int] = ()

    def tensor(
        self,
        shape: Sequence[int],
        dtype: npt.DTypeLike,
        quantization: Quantization | None = None,
        data: npt.NDArray[Any] | None = None,
        **extra: Any,
    ) -> int:
        """Add a tensor and return its index."""
        self.tensors.append(Tensor(shape, dtype, quantization, data, **extra))
        return len(self.tensors) - 1

    def operator(
        self,
        code: int,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options_type: int = 0,
        options: OptionsWriter | None = None,
        custom_name: str | None = None,
        intermediates: Sequence[int] = (),
    ) -> None:
        """Append an operator to the execution order."""
        self.operators.append(
            Operator(code, inputs, outputs, options_type, options, custom_name, intermediates)
        )

    def custom_operator(
        self,
        name: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        custom_options: bytes | None = None,
    ) -> None:
        """Append an operator that is found by its custom code."""
        code = tflite.BuiltinOperator.CUSTOM
        self.operators.append(
            Operator(code, inputs, outputs, custom_name=name, custom_options=custom_options)
        )

    def finish(
        self, inputs: Sequence[int], outputs: Sequence[int], called: Sequence[ModelBuilder] = ()
    ) -> bytes:
        """Return the .tflite with these graph inputs and outputs.

        called: further graphs, with their own inputs and outputs, for operators that call graphs.
        """
        builder = flatbuffers.Builder(1024)
        buffers = [self._write_buffer(builder, None)]
        graphs: list[ModelBuilder] = [self, *called]
        codes = sorted({(op.code, op.custom_name or "") for g in graphs for op in g.operators})
        ends = [(inputs, outputs), *((graph.inputs, graph.outputs) for graph in called)]
        subgraphs = [
            graph._write_graph(builder, buffers, codes, *end)
            for graph, end in zip(graphs, ends, strict=True)
        ]
        code_tables = [self._write_code(builder, code, name) for code, name in codes]
        description = builder.CreateString("written by the tests")
        vectors = [_offsets(builder, tables) for tables in (code_tables, subgraphs, buffers)]
        tflite.ModelStart(builder)
        tflite.ModelAddVersion(builder, self.version)
        tflite.ModelAddOperatorCodes(builder, vectors[0])
        tflite.ModelAddSubgraphs(builder, vectors[1])
        tflite.ModelAddDescription(builder, description)
        tflite.ModelAddBuffers(builder, vectors[2])
        builder.Finish(tflite.ModelEnd(builder), b"TFL3")
        return bytes(builder.Output())

    def _write_graph(
        self,
        builder: flatbuffers.Builder,
        buffers: list[int],
        codes: Sequence[tuple[int, str]],
        inputs: Sequence[int],
        outputs: Sequence[int],
    ) -> int:
        tensors = []
        for tensor in self.tensors:
            data = tensor.raw_buffer
            if data is None and tensor.data is not None:
                data = np.ascontiguousarray(tensor.data, tensor.dtype).tobytes()
            buffer = 0
            if data is not None:
                buffer = len(buffers)
                buffers.append(self._write_buffer(builder, data))
            tensors.append(self._write_tensor(builder, tensor, buffer))
        operators = [self._write_operator(builder, op, codes) for op in self.operators]
        return self._write_subgraph(builder, tensors, operators, inputs, outputs)

    @staticmethod
    def _write_buffer(builder: flatbuffers.Builder, data: bytes | None) -> int:
        vector = None
        if data is not None:
            builder.StartVector(1, len(data), BUFFER_ALIGNMENT)
            builder.head -= len(data)
            builder.Bytes[builder.head : builder.head + len(data)] = data
            vector = builder.EndVector()
        tflite.BufferStart(builder)
        if vector is not None:
            tflite.BufferAddData(builder, vector)
        return int(tflite.BufferEnd(builder))

    @staticmethod
    def _write_tensor(builder: flatbuffers.Builder, tensor: Tensor, buffer: int) -> int:
        shape = _vector(builder, np.asarray(tensor.shape, np.int32))
        name = builder.CreateString("t")
        quantization = None
        if tensor.quantization is not None:
            scales = _vector(builder, np.asarray(tensor.quantization.scales, np.float32))
            zeros = _vector(builder, np.asarray(tensor.quantization.zero_points, np.int64))
            tflite.QuantizationParametersStart(builder)
            tflite.QuantizationParametersAddScale(builder, scales)
            tflite.QuantizationParametersAddZeroPoint(builder, zeros)
            tflite.QuantizationParametersAddQuantizedDimension(
                builder, tensor.quantization.dimension
            )
            quantization = tflite.QuantizationParametersEnd(builder)
        tensor_type = tensor.raw_type
        if tensor_type is None:
            tensor_type = TENSOR_TYPES[np.dtype(tensor.dtype)]
        tflite.TensorStart(builder)
        tflite.TensorAddShape(builder, shape)
        tflite.TensorAddType(builder, tensor_type)
        tflite.TensorAddBuffer(builder, buffer)
        tflite.TensorAddName(builder, name)
        if quantization is not None:
            tflite.TensorAddQuantization(builder, quantization)
        if tensor.is_variable:
            tflite.TensorAddIsVariable(builder, True)
        return int(tflite.TensorEnd(builder))

    @staticmethod
    def _write_operator(
        builder: flatbuffers.Builder, op: Operator, codes: Sequence[tuple[int, str]]
    ) -> int:
        inputs = _vector(builder, np.asarray(op.inputs, np.int32))
        outputs = _vector(builder, np.asarray(op.outputs, np.int32))
        options = op.options(builder) if op.options is not None else None
        intermediates = None
        if op.intermediates:
            intermediates = _vector(builder, np.asarray(op.intermediates, np.int32))
        custom_options = None
        if op.custom_options is not None:
            custom_options = _vector(builder, np.frombuffer(op.custom_options, np.uint8))
        tflite.OperatorStart(builder)
        tflite.OperatorAddOpcodeIndex(builder, codes.index((op.code, op.custom_name or "")))
        tflite.OperatorAddInputs(builder, inputs)
        tflite.OperatorAddOutputs(builder, outputs)
        if intermediates is not None:
            tflite.OperatorAddIntermediates(builder, intermediates)
        if options is not None:
            tflite.OperatorAddBuiltinOptionsType(builder, op.options_type)
            tflite.OperatorAddBuiltinOptions(builder, options)
        if custom_options is not None:
            tflite.OperatorAddCustomOptions(builder, custom_options)
        return int(tflite.OperatorEnd(builder))

    @staticmethod
    def _write_subgraph(
        builder: flatbuffers.Builder,
        tensors: Sequence[int],
        operators: Sequence[int],
        inputs: Sequence[int],
        outputs: Sequence[int],
    ) -> int:
        tensor_vector = _offsets(builder, tensors)
        operator_vector = _offsets(builder, operators)
        input_vector = _vector(builder, np.asarray(inputs, np.int32))
        output_vector = _vector(builder, np.asarray(outputs, np.int32))
        tflite.SubGraphStart(builder)
        tflite.SubGraphAddTensors(builder, tensor_vector)
        tflite.SubGraphAddInputs(builder, input_vector)
        tflite.SubGraphAddOutputs(builder, output_vector)
        tflite.SubGraphAddOperators(builder, operator_vector)
        return int(tflite.SubGraphEnd(builder))

    @staticmethod
    def _write_code(builder: flatbuffers.Builder, code: int, name: str) -> int:
        custom = builder.CreateString(name) if name else None
        tflite.OperatorCodeStart(builder)
        # The old field is a byte; larger codes have its maximum there.
        tflite.OperatorCodeAddDeprecatedBuiltinCode(builder, min(code, 127))
        tflite.OperatorCodeAddBuiltinCode(builder, code)
        if custom is not None:
            tflite.OperatorCodeAddCustomCode(builder, custom)
        return int(tflite.OperatorCodeEnd(builder))


def _offsets(builder: flatbuffers.Builder, offsets: Sequence[int]) -> int:
    builder.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        builder.PrependUOffsetTRelative(offset)
    return int(builder.EndVector())


def _vector(builder: flatbuffers.Builder, values: npt.NDArray[Any]) -> int:
    return int(builder.CreateNumpyVector(values))
