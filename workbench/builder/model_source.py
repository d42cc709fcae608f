"""What a build takes from a .tflite: bytes, operators and labels."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from workbench.builder.sources import ModelSource
from workbench.errors import ModelError
from workbench.model.inspection import require_runnable
from workbench.model.labels import read_labels
from workbench.model.operators import RequiredOperator, required_operators
from workbench.model.reader import read_model, read_model_file
from workbench.model.values import Model


def read_model_source(path: Path, *, any_operator: bool = False) -> ModelSource:
    """Read the .tflite at `path`; labels come from labels.txt beside it, or from its metadata.

    any_operator: the runtime is TensorFlow's, which has operators that ours lacks. Raises
    ModelError where the file is not usable in this firmware.
    """
    model = read_model(path)
    needed = required_operators(model)
    _require_known(path, needed, any_operator)
    content = read_model_file(path)
    require_runnable(model, content, path, any_operator=any_operator)
    return ModelSource(
        data=content,
        operators=tuple(_registration(operator) for operator in needed),
        input_bytes=sum(tensor.bytes for tensor in model.inputs),
        labels=_labels(path, model),
    )


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
