"""Which operators a resolver must know to run a model, in the words of TFLM's API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from workbench.model.kernel_sets import read_operator_table
from workbench.model.values import Model, Operator

# Name, method, options, a column of each kernel set, types: only these are in capitals.
_ROW = re.compile(r"^TFLM_KERNEL\((\w+), (\w+), \w+(?:, [a-z]\w*)+, ([A-Z\d, ]+)\)$", re.MULTILINE)
_INT8_ROW = re.compile(r"^TFLM_KERNEL_INT8\((\w+),", re.MULTILINE)

# The methods of TFLM's MicroMutableOpResolver, by the operator's name in the schema
# (tensorflow/lite/micro/micro_mutable_op_resolver.h). For those that firmware/runtime lacks, the
# firmware has to be linked with TFLM itself.
_TFLM_SPELLINGS = {
    "ADD_N": "AddAddN",
    "AVERAGE_POOL_2D": "AddAveragePool2D",
    "BATCH_MATMUL": "AddBatchMatMul",
    "CONV_2D": "AddConv2D",
    "CUMSUM": "AddCumSum",
    "DEPTHWISE_CONV_2D": "AddDepthwiseConv2D",
    "L2_POOL_2D": "AddL2Pool2D",
    "MAX_POOL_2D": "AddMaxPool2D",
    "PADV2": "AddPadV2",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "AddUnidirectionalSequenceLSTM",
}
_REGULAR_SPELLINGS = """
    ABS ADD ARG_MAX ARG_MIN ASSIGN_VARIABLE BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO CALL_ONCE
    CAST CEIL CONCATENATION COS DEPTH_TO_SPACE DEQUANTIZE DIV DYNAMIC_UPDATE_SLICE ELU
    EMBEDDING_LOOKUP EQUAL EXP EXPAND_DIMS FILL FLOOR FLOOR_DIV FLOOR_MOD FULLY_CONNECTED GATHER
    GATHER_ND GREATER GREATER_EQUAL HARD_SWISH IF L2_NORMALIZATION LEAKY_RELU LESS LESS_EQUAL LOG
    LOG_SOFTMAX LOGICAL_AND LOGICAL_NOT LOGICAL_OR LOGISTIC MAXIMUM MEAN MINIMUM MIRROR_PAD MUL NEG
    NOT_EQUAL PACK PAD PRELU QUANTIZE READ_VARIABLE REDUCE_ALL REDUCE_MAX REDUCE_MIN RELU RELU6
    RESHAPE RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR REVERSE_V2 ROUND RSQRT SELECT_V2 SHAPE SIN SLICE
    SOFTMAX SPACE_TO_BATCH_ND SPACE_TO_DEPTH SPLIT SPLIT_V SQRT SQUARE SQUARED_DIFFERENCE SQUEEZE
    STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE TRANSPOSE_CONV UNPACK VAR_HANDLE WHILE ZEROS_LIKE
"""


@dataclass(frozen=True)
class Kernel:
    """One operator of firmware/runtime.

    `types` are those of the first input and the outputs that it computes on. `int8_registration`:
    there is a Register_<NAME>_INT8 that links the int8 kernel alone, which saves flash.
    """

    method: str
    types: frozenset[str]
    int8_registration: bool


@cache
def runtime_kernels() -> Mapping[str, Kernel]:
    """The operators that firmware/runtime implements, by their names in the schema."""
    table = read_operator_table()
    narrow = set(_INT8_ROW.findall(table))
    return {
        name: Kernel(f"Add{method}", frozenset(types.split(", ")), name in narrow)
        for name, method, types in _ROW.findall(table)
    }


@dataclass(frozen=True)
class RequiredOperator:
    """One entry of the resolver.

    `method` is the resolver's method, "AddCustom" for a custom operator, and "" where TFLM has
    none. `registration` is the narrower registration to pass to it, "" for the default.
    `int8_only` says that all uses compute on int8 data alone.
    """

    name: str
    method: str
    registration: str = ""
    custom: bool = False
    int8_only: bool = False
    in_runtime: bool = False


def required_operators(model: Model) -> list[RequiredOperator]:
    """The operators of `model`, each once, in order of first use, those of called graphs last."""
    uses: dict[tuple[str, bool], list[Operator]] = {}
    for operator in model.operators:
        uses.setdefault((operator.name, operator.custom), []).append(operator)
    for called in model.called:
        uses.setdefault(called, [])
    return [
        _required(*key, key not in model.called and all(_is_int8(model, use) for use in operators))
        for key, operators in uses.items()
    ]


def _required(name: str, custom: bool, int8_only: bool) -> RequiredOperator:
    if custom:
        return RequiredOperator(name, "AddCustom", custom=True, int8_only=int8_only)
    kernel = runtime_kernels().get(name)
    narrow = int8_only and kernel is not None and kernel.int8_registration
    return RequiredOperator(
        name=name,
        method=resolver_method(name),
        registration=f"Register_{name}_INT8()" if narrow else "",
        int8_only=int8_only,
        in_runtime=kernel is not None,
    )


def resolver_method(name: str) -> str:
    """MicroMutableOpResolver's method for a builtin operator, "" where TFLM has none."""
    if name in _TFLM_SPELLINGS:
        return _TFLM_SPELLINGS[name]
    if name in _REGULAR_SPELLINGS.split():
        return "Add" + "".join(part.capitalize() for part in name.split("_"))
    return ""


def _is_int8(model: Model, operator: Operator) -> bool:
    """Do all tensors that carry data have type int8? Biases, shapes and axes are INT32."""
    indices = [i for i in (*operator.inputs, *operator.outputs) if i >= 0]
    types = {model.tensors[i].type for i in indices}
    return "INT8" in types and types <= {"INT8", "INT32"}
