"""An operator with its tensors, and the questions that several kernels ask of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.model.values import Operator, Tensor

_FILTER, _BIAS = 1, 2
_INT8_ZERO_POINTS = range(-128, 128)
_WIDE_ZERO_POINTS = range(-(1 << 16), 1 << 16)
_LARGEST_SHIFT = 30  # of a multiplier, in bits
_FARTHEST = 1 << 28  # from one end of a window to the other

_ACTIVATIONS: Mapping[object, tuple[float, ...]] = {
    "NONE": (),
    "RELU": (0.0,),
    "RELU6": (0.0, 6.0),
    "RELU_N1_TO_1": (-1.0, 1.0),
}


@dataclass(frozen=True)
class Use:
    """An operator with the tensors that it names; absent optional inputs are None."""

    operator: Operator
    inputs: Sequence[Tensor | None]
    outputs: Sequence[Tensor]

    @property
    def input(self) -> Tensor:
        return _present(self.inputs[0])

    @property
    def output(self) -> Tensor:
        return self.outputs[0]

    @property
    def filter(self) -> Tensor:
        return _present(self.inputs[_FILTER])

    @property
    def bias(self) -> Tensor | None:
        return self.inputs[_BIAS] if len(self.inputs) > _BIAS else None

    def number(self, name: str, default: int = 0) -> int:
        value = self.operator.options.get(name, default)
        return value if isinstance(value, int) else default


def _present(tensor: Tensor | None) -> Tensor:
    assert tensor is not None  # the arity has been checked
    return tensor


def windows(use: Use, height: int, width: int) -> Iterator[str]:
    """What windows of `height` x `width` make of the input must be the output."""
    sides = ("h", 1, height), ("w", 2, width)
    for letter, axis, size in sides:
        stride, dilation = use.number(f"stride_{letter}"), use.number(f"dilation_{letter}", 1)
        covered = (size - 1) * dilation + 1
        if min(size, stride, dilation) < 1 or max(stride, covered) > _FARTHEST:
            yield f"a filter size, stride or dilation cannot be: {size}, {stride}, {dilation}"
            return
        given, result = use.input.shape[axis], use.output.shape[axis]
        padding = use.operator.options.get("padding")
        if padding not in ("SAME", "VALID"):
            yield f"its padding is {padding}"
            return
        expected = -(-given // stride) if padding == "SAME" else -(-(given - covered + 1) // stride)
        if expected != result:
            yield f"its output has a side of {result}, by stride and padding it is {expected}"
            return


def activation(use: Use) -> Iterator[str]:
    activation = use.operator.options.get("activation", "NONE")
    limits = _ACTIVATIONS.get(activation)
    quantization = use.output.quantization
    if limits is None:
        yield f"its fused activation {activation} has no kernel"
    elif use.output.type == "INT8" and quantization is not None and limits:
        largest = max(map(abs, limits))
        if largest >= quantization.scale * (1 << _LARGEST_SHIFT):
            yield "the scale of its output is too small for its activation"


def is_quantized(tensor: Tensor) -> bool:
    """Whether it has one scale and one zero point that its type can hold."""
    quantization = tensor.quantization
    if quantization is None or quantization.per_channel:
        return False
    zero_points = _INT8_ZERO_POINTS if tensor.type == "INT8" else _WIDE_ZERO_POINTS
    return quantization.scale > 0 and quantization.zero_point in zero_points


def fits(product: float, result: float) -> bool:
    """Whether the quotient of the scales can be a multiplier below 1 and a shift of 30 bits."""
    return product / result < float(1 << _LARGEST_SHIFT)
