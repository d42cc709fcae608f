"""What a build takes from a .tflite: bytes, operators, labels, and the arena to give it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.builder.sources import ModelSource
from workbench.errors import ModelError
from workbench.model.inspection import require_runnable
from workbench.model.labels import read_labels
from workbench.model.operators import RequiredOperator, required_operators
from workbench.model.reader import read_model, read_model_file
from workbench.model.values import Model, Operator

_BYTES_A_TENSOR = 32  # TfLiteEvalTensor and, while planning, an allocation record
_BYTES_AN_OPERATOR = 192  # TfLiteNode, builtin parameters and the kernel's own data
_BYTES_A_CHANNEL = 12  # multiplier, shift and a weight sum
_FIXED_BYTES = 2048
_GRANULE = 1024


def read_model_source(path: Path, *, any_operator: bool = False) -> ModelSource:
    """Read the .tflite at `path`; labels come from labels.txt beside it, or from its metadata.

    any_operator: the runtime is TensorFlow's, which has operators that ours lacks. Raises
    ModelError where the file is not usable in this firmware.
    """
    model = read_model(path)
    for tensor in (*model.inputs, *model.outputs):
        if tensor.type not in ("INT8", "FLOAT32"):
            raise ModelError(
                f"{path}: {tensor.name!r} is {tensor.type}; the UART protocol carries int8 and "
                "float32",
                "convert the model with int8 or float32 inputs and outputs",
            )
    needed = required_operators(model)
    _require_known(path, needed, any_operator)
    require_runnable(model, path, any_operator=any_operator)
    return ModelSource(
        data=read_model_file(path),
        operators=tuple(_registration(operator) for operator in needed),
        input_elements=sum(tensor.elements for tensor in model.inputs),
        labels=_labels(path, model),
    )


def estimate_arena(path: Path) -> int:
    """Return bytes of arena that are enough for the model at `path` with any kernel set.

    Generous: the largest operator's inputs and outputs twice over, because a plan by lifetime can
    leave gaps; im2col scratch; per-channel parameters; and what TFLM keeps for each tensor and
    operator. The firmware reports what it used.
    """
    model = read_model(path)
    activations = max(
        (_activation_bytes(model, operator) for operator in model.operators), default=0
    )
    scratch = max((_scratch_bytes(model, operator) for operator in model.operators), default=0)
    kept = sum(_kept_bytes(model, operator) for operator in model.operators)
    total = 2 * activations + scratch + kept + _BYTES_A_TENSOR * len(model.tensors) + _FIXED_BYTES
    return -(-total // _GRANULE) * _GRANULE


def _activation_bytes(model: Model, operator: Operator) -> int:
    tensors = [model.tensors[i] for i in (*operator.inputs, *operator.outputs) if i >= 0]
    return sum(tensor.bytes for tensor in tensors if not tensor.constant)


def _scratch_bytes(model: Model, operator: Operator) -> int:
    """Two columns of int16 im2col, or an int32 accumulator for each output channel."""
    weights = [model.tensors[i] for i in operator.inputs if i >= 0 and model.tensors[i].constant]
    if operator.name not in ("CONV_2D", "DEPTHWISE_CONV_2D") or not weights:
        return 0
    filter_ = weights[0]
    window = filter_.elements // max(1, filter_.shape[0])
    return 2 * 2 * window + 4 * max(filter_.shape)


def _kept_bytes(model: Model, operator: Operator) -> int:
    channels = max((model.tensors[i].shape[-1:] or (1,) for i in operator.outputs), default=(1,))
    return _BYTES_AN_OPERATOR + _BYTES_A_CHANNEL * channels[0]


def _require_known(path: Path, needed: Sequence[RequiredOperator], any_operator: bool) -> None:
    missing = [o.name for o in needed if not (o.in_runtime or (any_operator and _is_callable(o)))]
    if missing:
        raise ModelError(
            f"{path}: the firmware's runtime has no {', '.join(missing)}",
            "convert the model without it"
            if any_operator
            else "convert the model without it, or link TensorFlow Lite Micro itself: "
            "`workbench build --tflm-lib FILE --tflm-include FOLDER`",
        )


def _is_callable(operator: RequiredOperator) -> bool:
    return bool(operator.method) and not operator.custom


def _registration(operator: RequiredOperator) -> str:
    argument = f"tflite::{operator.registration}" if operator.registration else ""
    return f"{operator.method}({argument})"


def _labels(path: Path, model: Model) -> tuple[str, ...]:
    """Return the labels, or none where their number is not that of the scores."""
    labels = read_labels(path)
    scores = model.outputs[0].elements if model.outputs else 0
    return labels if len(labels) == scores else ()
