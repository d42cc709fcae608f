"""What the kernels of firmware/runtime ask of an operator before they run it.

Each rule is what `Prepare<Method>` of a kernel in firmware/runtime/kernels refuses, as far as the
file says it; a test holds them against the runtime itself. TFLM's kernels ask the same, or less
where they would go wrong.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.model.conv_rules import weighted
from workbench.model.kernel_use import Use, activation, fits, is_quantized, windows
from workbench.model.values import Model, Operator, Tensor

_SOFTMAX_CLASSES = 2047  # the sum of the exponentials has 12 integer bits
_SOFTMAX_FRACTION = 26  # bits of what the exponential is taken of
_SOFTMAX_SCALE, _SOFTMAX_ZERO_POINT = 1 / 256, -128
_SAME_SCALE = 1e-6  # pooling does not rescale
_ADD_STEPS = {"INT8": 20, "INT16": 15}  # inputs are added in steps of 2^-n
_MOST_DIMENSIONS = {"ADD": 5, "MEAN": 5, "PAD": 5}


def refusals(model: Model, operator: Operator) -> Iterator[str]:
    """Yield why the runtime's kernel, or TFLM's, does not run `operator`; nothing where it does.

    An operator without a rule here is refused for what holds for all of them alone.
    """
    tensors = model.tensors
    use = Use(
        operator,
        [tensors[i] if i >= 0 else None for i in operator.inputs],
        [tensors[i] for i in operator.outputs],
    )
    rule = _RULES.get(operator.name) if not operator.custom else None
    expected = _options_type(operator)
    if expected and operator.options_type not in ("", expected):
        yield f"its options are {operator.options_type}, not {expected}"
    elif rule is None:
        yield from _zero_dimensions([*use.inputs[:1], *use.outputs])
    elif fault := _arity(use, rule) or next(_zero_dimensions([*use.inputs, *use.outputs]), ""):
        yield fault
    else:
        yield from rule.check(use)


@dataclass(frozen=True)
class _Rule:
    least: int  # inputs
    most: int
    check: Callable[[Use], Iterator[str]]


def _arity(use: Use, rule: _Rule) -> str:
    given = len(use.inputs)
    if not rule.least <= given <= rule.most or len(use.outputs) != 1:
        return f"it has {given} inputs and {len(use.outputs)} outputs"
    if None in use.inputs[: rule.least]:
        return f"its input {use.inputs.index(None)} is absent"
    most = _MOST_DIMENSIONS.get(use.operator.name, 8)
    shapes = [tensor.shape for tensor in (*use.inputs, *use.outputs) if tensor is not None]
    if any(len(shape) > most for shape in shapes):
        return f"it has tensors of more than {most} dimensions"
    return ""


def _zero_dimensions(tensors: Sequence[Tensor | None]) -> Iterator[str]:
    for tensor in tensors:
        if tensor is not None and not all(tensor.shape):
            shape = " x ".join(map(str, tensor.shape))
            yield f"tensor {tensor.index} has a dimension of 0: {shape}"


# Where the name of the options' table does not follow from the operator's.
_OPTIONS_TYPES = {
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "L2_POOL_2D": "Pool2DOptions",
    **dict.fromkeys(
        ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"),
        "ReducerOptions",
    ),
}


def _options_type(operator: Operator) -> str:
    """The type of options that the operator has in the schema; "" where that is not known."""
    import tflite

    if operator.custom:
        return ""
    if operator.name in _OPTIONS_TYPES:
        return _OPTIONS_TYPES[operator.name]
    wanted = operator.name.replace("_", "") + "OPTIONS"
    names = vars(tflite.BuiltinOptions)
    return next((name for name in names if name.upper() == wanted), "")


def has_rule(operator: Operator) -> bool:
    """Whether this module knows the operator's kernel."""
    return not operator.custom and operator.name in _RULES


def _pool(use: Use) -> Iterator[str]:
    given, result = use.input, use.output
    if given.type != result.type or given.type not in ("INT8", "FLOAT32"):
        yield f"it computes on {given.type} to {result.type}"
    elif len(given.shape) != 4 or len(result.shape) != 4 or given.shape[::3] != result.shape[::3]:
        yield "the batches or channels of its input and output do not fit"
    else:
        yield from windows(use, use.number("filter_h"), use.number("filter_w"))
        yield from activation(use)
        if given.type == "INT8" and not _same_scale(given, result):
            yield "its input and output differ in quantization"


def _same_scale(one: Tensor, other: Tensor) -> bool:
    if not is_quantized(one) or not is_quantized(other):
        return False
    a, b = one.quantization, other.quantization
    assert a is not None and b is not None
    return abs(a.scale - b.scale) <= _SAME_SCALE and a.zero_point == b.zero_point


def _softmax(use: Use) -> Iterator[str]:
    given, result = use.input, use.output
    quantization = result.quantization
    if given.type != result.type or given.type not in ("INT8", "FLOAT32"):
        yield f"it computes on {given.type} to {result.type}"
    elif not given.shape or given.shape != result.shape:
        yield "its input and output differ in shape"
    elif given.type == "FLOAT32":
        return
    elif (
        not is_quantized(given)
        or quantization is None
        or (quantization.scale, quantization.zero_point) != (_SOFTMAX_SCALE, _SOFTMAX_ZERO_POINT)
    ):
        yield "the scale of its output is not 1/256 with zero point -128"
    elif given.shape[-1] > _SOFTMAX_CLASSES:
        yield f"it has more than {_SOFTMAX_CLASSES} classes"
    else:
        beta = float(use.operator.options.get("beta", 0))
        scale = given.quantization.scale if given.quantization else 0.0
        if not (0 < beta < math.inf and beta * scale * (1 << _SOFTMAX_FRACTION) >= 1):
            yield "its beta, or that times the scale of its input, is too small"


def _add(use: Use) -> Iterator[str]:
    one, other, result = use.inputs[0], use.inputs[1], use.output
    assert one is not None and other is not None
    quantized = result.type in _ADD_STEPS
    if not one.type == other.type == result.type:
        yield f"it computes {one.type} + {other.type} to {result.type}"
    elif _broadcast(one.shape, other.shape) != result.shape:
        yield "the shapes of its inputs do not make that of its output"
    else:
        yield from activation(use)
        if quantized and not all(map(is_quantized, (one, other, result))):
            yield "an input or the output has no scale and zero point of its own"
        elif quantized and not _addable(one, other, result):
            yield "its scales are too far apart"
        elif result.type == "INT32" and (one.quantization or other.quantization):
            yield "it adds INT32 that is quantized"


def _addable(one: Tensor, other: Tensor, result: Tensor) -> bool:
    """Whether the sum, in small steps of twice the larger scale, is brought to the output's."""
    quantizations = [tensor.quantization for tensor in (one, other, result)]
    a, b, c = (q.scale for q in quantizations if q is not None)
    return 2 * max(a, b) / c <= float(1 << _ADD_STEPS[result.type])


def _broadcast(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    rank = max(len(one), len(other))
    a, b = ((1,) * (rank - len(shape)) + shape for shape in (one, other))
    fits = all(x == y or 1 in (x, y) for x, y in zip(a, b, strict=True))
    return tuple(map(max, a, b)) if fits else ()


def _relu(use: Use) -> Iterator[str]:
    given, result = use.input, use.output
    if given.type != result.type or given.type not in ("INT8", "FLOAT32"):
        yield f"it computes on {given.type} to {result.type}"
    elif given.bytes != result.bytes:
        yield "its input and output differ in size"
    elif given.type == "INT8":
        yield from _rescale(given, result)


def _rescale(given: Tensor, result: Tensor) -> Iterator[str]:
    one, other = given.quantization, result.quantization
    if not (is_quantized(given) and is_quantized(result)) or one is None or other is None:
        yield "its input or output has no scale and zero point of its own"
    elif not fits(one.scale, other.scale):
        yield "its scales are too far apart"


def _reshape(use: Use) -> Iterator[str]:
    if (use.input.type, use.input.bytes) != (use.output.type, use.output.bytes):
        yield "its input and output differ in type or number of elements"


def _mean(use: Use) -> Iterator[str]:
    axes = use.inputs[1]
    assert axes is not None
    if not axes.constant or axes.type != "INT32":
        yield "its axes are not a constant of INT32"
    elif use.input.type != use.output.type or use.input.type not in ("INT8", "FLOAT32"):
        yield f"it computes on {use.input.type} to {use.output.type}"
    elif axes.integers and _kept(use.input.shape, axes.integers) != use.output.elements:
        yield "its output has a size that does not follow from its input and axes"
    elif use.input.type == "INT8":
        yield from _rescale(use.input, use.output)


def _kept(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    """How many elements are left of `shape` after a mean over `axes`; 0 where an axis is beyond."""
    rank = len(shape)
    if any(not -rank <= axis < rank for axis in axes):
        return 0
    averaged = {axis % rank for axis in axes}
    return math.prod(size for axis, size in enumerate(shape) if axis not in averaged)


def _pad(use: Use) -> Iterator[str]:
    given, result, paddings = use.input, use.output, use.inputs[1]
    assert paddings is not None
    rank = len(given.shape)
    if given.type != result.type or given.type not in ("INT8", "INT16", "INT32", "FLOAT32"):
        yield f"it computes on {given.type} to {result.type}"
    elif not rank or len(result.shape) != rank:
        yield "its input and output differ in dimensions"
    elif not paddings.constant or paddings.type != "INT32" or paddings.elements != 2 * rank:
        yield "its paddings are not a constant of 2 INT32 for each dimension"
    elif min(paddings.integers, default=0) < 0 or any(
        size + sum(paddings.integers[2 * axis : 2 * axis + 2]) != result.shape[axis]
        for axis, size in enumerate(given.shape)
    ):
        yield "its output has not the size of its input plus padding"
    elif given.type == "INT8" and not is_quantized(result):
        yield "its output has no scale and zero point of its own"


_QUANTIZES = {
    "FLOAT32": {"INT8", "INT16"},
    "INT8": {"INT8", "UINT8", "INT16", "INT32"},
    "UINT8": {"INT8"},
    "INT16": {"INT8", "INT16", "INT32"},
    "INT32": {"INT8", "INT16"},
}


def _quantize(use: Use) -> Iterator[str]:
    given, result = use.input, use.output
    if result.type not in _QUANTIZES.get(given.type, ()):
        yield f"it converts {given.type} to {result.type}"
    elif given.elements != result.elements or not is_quantized(result):
        yield "its output has another size, or no scale and zero point of its own"
    elif given.type != "FLOAT32":
        yield from _rescale(given, result)


def _dequantize(use: Use) -> Iterator[str]:
    given, result = use.input, use.output
    if given.type not in ("INT8", "INT16", "UINT8") or result.type != "FLOAT32":
        yield f"it converts {given.type} to {result.type}"
    elif given.elements != result.elements or not is_quantized(given):
        yield "its input has another size, or no scale and zero point of its own"


_RULES: Mapping[str, _Rule] = {
    "ADD": _Rule(2, 2, _add),
    "AVERAGE_POOL_2D": _Rule(1, 1, _pool),
    "CONV_2D": _Rule(2, 3, weighted),
    "DEPTHWISE_CONV_2D": _Rule(2, 3, weighted),
    "DEQUANTIZE": _Rule(1, 1, _dequantize),
    "FULLY_CONNECTED": _Rule(2, 3, weighted),
    "MAX_POOL_2D": _Rule(1, 1, _pool),
    "MEAN": _Rule(2, 2, _mean),
    "PAD": _Rule(2, 2, _pad),
    "QUANTIZE": _Rule(1, 1, _quantize),
    "RELU": _Rule(1, 1, _relu),
    "RELU6": _Rule(1, 1, _relu),
    "RESHAPE": _Rule(1, 2, _reshape),
    "SOFTMAX": _Rule(1, 1, _softmax),
}
