"""What a model costs by its shapes alone: multiply-accumulates and parameters."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.model.values import Operator, Tensor

# Layouts of the weights (input 1): CONV_2D and TRANSPOSE_CONV [out, h, w, in],
# DEPTHWISE_CONV_2D [1, h, w, out], FULLY_CONNECTED [out, in].
_WEIGHTS, _BIAS = 1, 2


def macs(name: str, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]) -> int:
    """Return the multiply-accumulates of one operator, padding counted as if it were data.

    0 for operators without weights.
    """
    if len(inputs) <= _WEIGHTS or not outputs:
        return 0
    weights, output = inputs[_WEIGHTS], outputs[0]
    if weights is None:
        return 0
    if name == "CONV_2D" and len(weights.shape) == 4:
        _, height, width, depth = weights.shape
        return output.elements * height * width * depth
    if name == "DEPTHWISE_CONV_2D" and len(weights.shape) == 4:
        return output.elements * weights.shape[1] * weights.shape[2]
    if name == "FULLY_CONNECTED" and len(weights.shape) == 2:
        return output.elements * weights.shape[1]
    data = inputs[2] if name == "TRANSPOSE_CONV" and len(inputs) > 2 else None
    if data is not None and len(weights.shape) == 4:
        out, height, width, _ = weights.shape
        return data.elements * out * height * width
    return 0


def parameters(operators: Sequence[Operator], tensors: Sequence[Tensor]) -> int:
    """Return how many trained numbers the file holds: weights and biases, each counted once.

    Integer constants that steer an operator (a new shape, axes, paddings) are not weights.
    """
    trained = set()
    for operator in operators:
        for position, index in enumerate(operator.inputs):
            if index < 0 or not tensors[index].constant:
                continue
            integer = tensors[index].type in ("INT32", "INT64")
            if not integer or (position == _BIAS and operator.macs):
                trained.add(index)
    return sum(tensors[index].elements for index in trained)
