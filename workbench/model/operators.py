"""Which operators a resolver must know to run a model, in the words of TFLM's API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from workbench.model.kernel_sets import read_operator_table
from workbench.model.values import Model, Operator

# Name, method, options, a column of each kernel set, types: only these are in capitals.
_ROW = re.compile(r"^TFLM_KERNEL\((\w+), (\w+), \w+(?:, [a-z]\w*)+, ([A-Z\d, ]+)\)$", re.MULTILINE)
_INT8_ROW = re.compile(r"^TFLM_KERNEL_INT8\((\w+),", re.MULTILINE)
# Name, method, custom code, namespace of the registrations, folder, state, types.
_CUSTOM_ROW = re.compile(
    r"^TFLM_CUSTOM\((\w+), (\w+), (\w+), ([\w:]+), \w+, \w+, ([A-Z\d, ]+)\)$", re.MULTILINE
)
_CUSTOM_TYPE_ROW = re.compile(
    r"^TFLM_CUSTOM_TYPE\((\w+), \w+, ([\w:]+), \w+, \w+, (\w+), \w+\)$", re.MULTILINE
)

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

# Those that are found by a custom code and that firmware/runtime lacks.
_TFLM_CUSTOM = {"TFLM_DECODE": "AddDecode", "ethos-u": "AddEthosU"}
_ADD_CUSTOM = "AddCustom"


@dataclass(frozen=True)
class Kernel:
    """One operator of firmware/runtime.

    `types` are those of the first input and the outputs that it computes on. `registrations`: the
    calls, in the namespace tflite, that give a registration for one type alone, which saves flash,
    by that type.
    """

    method: str
    types: frozenset[str]
    registrations: Mapping[str, str] = field(default_factory=dict)

    @property
    def int8_registration(self) -> bool:
        """Whether there is a registration for int8 alone."""
        return "INT8" in self.registrations


@cache
def runtime_kernels() -> Mapping[str, Kernel]:
    """Return the operators that firmware/runtime implements, by their names in the schema."""
    table = read_operator_table()
    narrow = set(_INT8_ROW.findall(table))
    return {
        name: Kernel(
            f"Add{method}",
            frozenset(types.split(", ")),
            {"INT8": f"Register_{name}_INT8()"} if name in narrow else {},
        )
        for name, method, types in _ROW.findall(table)
    }


@cache
def custom_kernels() -> Mapping[str, Kernel]:
    """The operators that firmware/runtime implements, by the custom code that models have."""
    table = read_operator_table()
    narrow: dict[str, dict[str, str]] = {}
    for name, space, suffix in _CUSTOM_TYPE_ROW.findall(table):
        function = f"{space}::Register_{name}_{suffix}()".removeprefix("tflite::")
        narrow.setdefault(name, {})["FLOAT32" if suffix == "FLOAT" else suffix] = function
    return {
        code: Kernel(f"Add{method}", frozenset(types.split(", ")), narrow.get(name, {}))
        for name, method, code, _, types in _CUSTOM_ROW.findall(table)
    }


def find_kernel(name: str, custom: bool) -> Kernel | None:
    """The runtime's kernel for a builtin or a custom operator, None where it has none."""
    return (custom_kernels() if custom else runtime_kernels()).get(name)


@dataclass(frozen=True)
class RequiredOperator:
    """One entry of the resolver.

    `method` is the resolver's method, "AddCustom" for a custom operator that neither TFLM nor the
    runtime has, and "" for a builtin one that TFLM has not. `registration` is the narrower
    registration to pass to it, "" for the default. `int8_only` says that all uses compute on int8
    data alone.
    """

    name: str
    method: str
    registration: str = ""
    custom: bool = False
    int8_only: bool = False
    in_runtime: bool = False

    @property
    def is_users(self) -> bool:
        """Whether only the user can have it."""
        return self.method == _ADD_CUSTOM


def required_operators(model: Model) -> list[RequiredOperator]:
    """Return the operators of `model`, each once, in order of first use, those of called graphs
    last.
    """
    uses: dict[tuple[str, bool], list[Operator]] = {}
    for operator in model.operators:
        uses.setdefault((operator.name, operator.custom), []).append(operator)
    for called in model.called:
        uses.setdefault(called, [])
    return [
        _required(*key, "" if key in model.called else _only_type(model, operators))
        for key, operators in uses.items()
    ]


def _required(name: str, custom: bool, only_type: str) -> RequiredOperator:
    """`only_type`: the type that all uses compute on, "" for several."""
    kernel = find_kernel(name, custom)
    if custom:
        method = kernel.method if kernel is not None else _TFLM_CUSTOM.get(name, _ADD_CUSTOM)
    else:
        method = resolver_method(name)
    return RequiredOperator(
        name=name,
        method=method,
        registration=kernel.registrations.get(only_type, "") if kernel is not None else "",
        custom=custom,
        int8_only=only_type == "INT8",
        in_runtime=kernel is not None,
    )


def resolver_method(name: str) -> str:
    """Return MicroMutableOpResolver's method for a builtin operator, "" where TFLM has none."""
    if name in _TFLM_SPELLINGS:
        return _TFLM_SPELLINGS[name]
    if name in _REGULAR_SPELLINGS.split():
        return "Add" + "".join(part.capitalize() for part in name.split("_"))
    return ""


def _only_type(model: Model, operators: Sequence[Operator]) -> str:
    """The type of all tensors that carry data, "" where there are several.

    Beside a type that is not INT32, those of INT32 are biases, shapes and axes.
    """
    found = set()
    for operator in operators:
        indices = [i for i in (*operator.inputs, *operator.outputs) if i >= 0]
        types = {model.tensors[i].type for i in indices}
        found.add(frozenset(types - {"INT32"} or types))
    (only, *others) = set().union(*found) or {""}
    return "" if others or len(found) > 1 else only
