"""What a build takes from a .tflite: bytes, operators and labels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from workbench.builder.custom_ops import CustomOp
from workbench.builder.sources import ModelSource, custom_call
from workbench.errors import ModelError
from workbench.model.inspection import require_no_tf_select, require_runnable
from workbench.model.labels import read_labels
from workbench.model.operators import RequiredOperator, required_operators
from workbench.model.reader import read_model, read_model_file
from workbench.model.values import Model


def read_model_source(
    path: Path, *, any_operator: bool = False, custom_ops: Sequence[CustomOp] = ()
) -> ModelSource:
    """Read the .tflite at `path`; labels come from labels.txt beside it, or from its metadata.

    any_operator: the runtime is TensorFlow's, which has operators that ours lacks. custom_ops: the
    user's operators, of which the source gets those that the model uses. Raises ModelError where
    the file is not usable in this firmware.
    """
    model = read_model(path)
    needed = required_operators(model)
    names = {operator.name for operator in needed if operator.custom}
    custom = tuple(operator for operator in custom_ops if operator.name in names)
    known = {operator.name: index for index, operator in enumerate(custom)}
    _require_known(path, needed, any_operator, known)
    content = read_model_file(path)
    require_runnable(model, content, path, any_operator=any_operator, custom=known)
    return ModelSource(
        data=content,
        operators=tuple(
            custom_call(known[operator.name], operator.name)
            if operator.custom and operator.name in known
            else _registration(operator)
            for operator in needed
        ),
        custom=custom,
        input_bytes=sum(tensor.bytes for tensor in model.inputs),
        labels=_labels(path, model),
    )


def _require_known(
    path: Path,
    needed: Sequence[RequiredOperator],
    any_operator: bool,
    custom: Collection[str],
) -> None:
    known = [o for o in needed if not (o.custom and o.name in custom)]
    own = [o.name for o in known if o.is_users]
    if own:
        require_no_tf_select(path, own)
        raise ModelError(
            f"{path}: {', '.join(own)}: a custom operator, for which no source is given",
            f"--custom-op {own[0]}=FILE.cc, with the function Register_{own[0]} in it",
        )
    missing = [o.name for o in known if not (o.in_runtime or (any_operator and o.method))]
    if missing:
        raise ModelError(
            f"{path}: the firmware's runtime has no {', '.join(missing)}",
            "convert the model without it"
            if any_operator
            else "convert the model without it, or link TensorFlow Lite Micro itself: "
            "`workbench build --tflm-lib FILE --tflm-include FOLDER`",
        )


def _registration(operator: RequiredOperator) -> str:
    argument = f"tflite::{operator.registration}" if operator.registration else ""
    return f"{operator.method}({argument})"


def _labels(path: Path, model: Model) -> tuple[str, ...]:
    """Return the labels, or none where their number is not that of the scores."""
    labels = read_labels(path)
    scores = model.outputs[0].elements if model.outputs else 0
    return labels if len(labels) == scores else ()
