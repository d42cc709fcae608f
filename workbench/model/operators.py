"""Which operators a resolver must know to run a model, in the words of TFLM's API."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.model.values import Model, Operator

# The methods of MicroMutableOpResolver, by the operator's name in the schema
# (tensorflow/lite/micro/micro_mutable_op_resolver.h). The first group is what firmware/runtime
# implements; for the rest the firmware has to be linked with TFLM itself.
RUNTIME_METHODS = {
    "ADD": "AddAdd",
    "AVERAGE_POOL_2D": "AddAveragePool2D",
    "CONV_2D": "AddConv2D",
    "DEPTHWISE_CONV_2D": "AddDepthwiseConv2D",
    "DEQUANTIZE": "AddDequantize",
    "FULLY_CONNECTED": "AddFullyConnected",
    "MAX_POOL_2D": "AddMaxPool2D",
    "MEAN": "AddMean",
    "PAD": "AddPad",
    "QUANTIZE": "AddQuantize",
    "RELU": "AddRelu",
    "RELU6": "AddRelu6",
    "RESHAPE": "AddReshape",
    "SOFTMAX": "AddSoftmax",
}
_TFLM_SPELLINGS = {
    "ADD_N": "AddAddN",
    "BATCH_MATMUL": "AddBatchMatMul",
    "CUMSUM": "AddCumSum",
    "L2_POOL_2D": "AddL2Pool2D",
    "PADV2": "AddPadV2",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "AddUnidirectionalSequenceLSTM",
}
_REGULAR_SPELLINGS = """
    ABS ARG_MAX ARG_MIN ASSIGN_VARIABLE BATCH_TO_SPACE_ND BROADCAST_ARGS BROADCAST_TO CALL_ONCE
    CAST CEIL CONCATENATION COS DEPTH_TO_SPACE DIV DYNAMIC_UPDATE_SLICE ELU EMBEDDING_LOOKUP EQUAL
    EXP EXPAND_DIMS FILL FLOOR FLOOR_DIV FLOOR_MOD GATHER GATHER_ND GREATER GREATER_EQUAL
    HARD_SWISH IF L2_NORMALIZATION LEAKY_RELU LESS LESS_EQUAL LOG LOG_SOFTMAX LOGICAL_AND
    LOGICAL_NOT LOGICAL_OR LOGISTIC MAXIMUM MINIMUM MIRROR_PAD MUL NEG NOT_EQUAL PACK PRELU
    READ_VARIABLE REDUCE_ALL REDUCE_MAX REDUCE_MIN RESIZE_BILINEAR RESIZE_NEAREST_NEIGHBOR
    REVERSE_V2 ROUND RSQRT SELECT_V2 SHAPE SIN SLICE SPACE_TO_BATCH_ND SPACE_TO_DEPTH SPLIT SPLIT_V
    SQRT SQUARE SQUARED_DIFFERENCE SQUEEZE STRIDED_SLICE SUB SUM SVDF TANH TRANSPOSE
    TRANSPOSE_CONV UNPACK VAR_HANDLE WHILE ZEROS_LIKE
"""

# Operators with a registration that links the int8 kernel alone (Register_<NAME>_INT8 in
# tensorflow/lite/micro/kernels/*.h), which saves flash.
_INT8_REGISTRATIONS = (
    "ADD",
    "AVERAGE_POOL_2D",
    "CONV_2D",
    "DEPTHWISE_CONV_2D",
    "FULLY_CONNECTED",
    "MAX_POOL_2D",
    "PAD",
    "SOFTMAX",
)


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
    """The operators of `model`, each once, in order of first use."""
    uses: dict[tuple[str, bool], list[Operator]] = {}
    for operator in model.operators:
        uses.setdefault((operator.name, operator.custom), []).append(operator)
    return [
        _required(name, custom, all(_is_int8(model, use) for use in operators))
        for (name, custom), operators in uses.items()
    ]


def _required(name: str, custom: bool, int8_only: bool) -> RequiredOperator:
    if custom:
        return RequiredOperator(name, "AddCustom", custom=True, int8_only=int8_only)
    narrow = int8_only and name in _INT8_REGISTRATIONS
    return RequiredOperator(
        name=name,
        method=resolver_method(name),
        registration=f"Register_{name}_INT8()" if narrow else "",
        int8_only=int8_only,
        in_runtime=name in RUNTIME_METHODS,
    )


def resolver_method(name: str) -> str:
    """MicroMutableOpResolver's method for a builtin operator, "" where TFLM has none."""
    if name in RUNTIME_METHODS:
        return RUNTIME_METHODS[name]
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
