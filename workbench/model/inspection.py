"""What `workbench model inspect` says: a model, what a resolver needs, and whether it will run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from workbench.errors import CheckFailedError, ModelError
from workbench.model import runtime_verdict
from workbench.model.labels import read_labels
from workbench.model.operators import RequiredOperator, find_kernel, required_operators
from workbench.model.reader import read_model, read_model_file
from workbench.model.tensor_info import DTYPES
from workbench.model.values import Model, Operator

SCHEMA_VERSION = 3  # TFLITE_SCHEMA_VERSION, tensorflow/compiler/mlir/lite/version.h

# What the converter adds to Flatten or Reshape where the batch size is open.
_DYNAMIC_SHAPE_OPERATORS = frozenset({"SHAPE", "STRIDED_SLICE", "PACK"})

_CONVERT = "`workbench model convert FILE --output FILE`"

_CALLING_OPERATORS = frozenset({"CALL_ONCE", "IF", "WHILE"})

# The custom operator into which Vela compiles what the NPU computes (TFLM's kernel ethosu.cc).
_ETHOS_U = "ethos-u"
_TF_SELECT = "Flex"  # begins the names of custom operators that run in TensorFlow
_NOT_IN_TFLM = (
    "TFLM has none of them: augmentation and other preprocessing belong into the data pipeline; "
    "convert without SELECT_TF_OPS"
)

_INT8 = "quantize to int8 with a representative data set (full integer quantization)"
_NO_RUNTIME = (
    "this installation was made without a C++ compiler: what the kernels ask of shapes and scales "
    "is found by the build; install g++, then the workbench again"
)
_DAMAGED = "the file is damaged, or its converter made it for another runtime: convert it again"


class Severity(Enum):
    """How bad a finding is."""

    NOTE = "note"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing that keeps the firmware from running the model, or that is worth knowing."""

    severity: Severity
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Inspection:
    """A model and what follows from its file.

    `runs`: can the workbench's own firmware run it, as far as can be said without running it?
    """

    model: Model
    labels: tuple[str, ...]
    resolver: tuple[RequiredOperator, ...]
    macs: int
    parameters: int
    constant_bytes: int
    runs: bool
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """0 where the firmware can run the model, else that of a failed check."""
        return 0 if self.runs else CheckFailedError.exit_code


def inspect_model(path: Path, custom: Collection[str] = ()) -> Inspection:
    """Read and check the .tflite at `path`. Raises ModelError if it cannot be read.

    custom: the custom operators that the user has a source of.
    """
    model, content = read_model(path), read_model_file(path)
    try:
        return inspect_parsed(model, content, read_labels(path), custom=custom)
    except ModelError as error:
        note = Finding(Severity.NOTE, error.message, error.hint)
        return inspect_parsed(model, content, (), note, custom=custom)


def inspect_parsed(
    model: Model,
    content: bytes,
    labels: tuple[str, ...],
    *notes: Finding,
    custom: Collection[str] = (),
) -> Inspection:
    """Check a model that has been read from `content`; `notes` are found elsewhere and added."""
    findings = (*check(model, content, custom), *notes)
    return Inspection(
        model=model,
        labels=labels,
        resolver=tuple(required_operators(model)),
        macs=model.macs,
        parameters=model.parameters,
        constant_bytes=sum(tensor.bytes for tensor in model.tensors if tensor.constant),
        runs=all(finding.severity is not Severity.ERROR for finding in findings),
        findings=findings,
    )


def check(model: Model, content: bytes, custom: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return everything that keeps `firmware/runtime` from running `model`, then what is worth
    knowing.

    content: the file that `model` was read from. custom: the custom operators that the user has a
    source of.
    """
    findings = _faults(model, content, custom=custom) + _dynamic_findings(model)
    if not runtime_verdict.is_available():
        findings.append(Finding(Severity.NOTE, "the kernels were not asked", _NO_RUNTIME))
    return tuple(sorted(findings, key=lambda finding: finding.severity is Severity.NOTE))


def require_no_tf_select(where: Path, names: Iterable[str]) -> None:
    """Raise ModelError where one of these custom operators is TensorFlow's own."""
    select = [name for name in names if name.startswith(_TF_SELECT)]
    if select:
        message = f"{where}: {', '.join(select)}: operators of TensorFlow itself (TF Select)"
        raise ModelError(message, _NOT_IN_TFLM)


def require_runnable(
    model: Model,
    content: bytes,
    where: Path,
    *,
    any_operator: bool = False,
    custom: Collection[str] = (),
) -> None:
    """Raise ModelError where the firmware cannot run `model`, which is in the file `where`.

    any_operator: the runtime is TensorFlow's, which has more kernels, for more types. custom: the
    custom operators that the user has given.
    """
    for finding in _faults(model, content, any_operator=any_operator, custom=custom):
        if finding.severity is Severity.ERROR:
            raise ModelError(f"{where}: {finding.message}", finding.hint)


def _faults(
    model: Model, content: bytes, *, any_operator: bool = False, custom: Collection[str] = ()
) -> list[Finding]:
    """What lies in the file as a whole, then in operators; the runtime is asked of a sound one.

    Of one with operators of the user's it is not: it does not know them, and has not these.
    """
    findings = [*_model_findings(model), *_order_findings(model)]
    if any_operator:
        return findings
    findings += _kernel_findings(model, custom) + _type_findings(model, custom)
    if any(operator.custom and operator.name in custom for operator in model.operators):
        return findings
    if all(finding.severity is not Severity.ERROR for finding in findings):
        findings += _runtime_findings(model, content)
    return findings


def _model_findings(model: Model) -> list[Finding]:
    findings = []
    if model.schema_version != SCHEMA_VERSION:
        message = f"schema version {model.schema_version}; the runtime reads {SCHEMA_VERSION}"
        findings.append(Finding(Severity.ERROR, message, "convert it with a current TensorFlow"))
    if model.subgraphs > 1 and not {op.name for op in model.operators} & _CALLING_OPERATORS:
        message = f"{model.subgraphs} subgraphs; the runtime runs the first one alone"
        hint = "no operator calls the others: they are further signatures of the model"
        findings.append(Finding(Severity.NOTE, message, hint))
    if not model.operators or not model.inputs or not model.outputs:
        findings.append(Finding(Severity.ERROR, "it has no operators, no input or no output"))
    for tensor in model.inputs:
        if tensor.constant:
            message = f'the input "{tensor.name}" is a constant of the model'
            findings.append(Finding(Severity.ERROR, message, _DAMAGED))
    for tensor in (*model.inputs, *model.outputs):
        if not all(tensor.shape):
            message = f'"{tensor.name}" has a dimension of 0: {tensor.shape}'
            findings.append(Finding(Severity.ERROR, message, _DAMAGED))
        if tensor.type not in DTYPES:
            message = f'"{tensor.name}" is {tensor.type}; the link carries {", ".join(DTYPES)}'
            hint = "set inference_input_type and inference_output_type of the converter to tf.int8"
            findings.append(Finding(Severity.ERROR, message, hint))
    return findings


def _order_findings(model: Model) -> list[Finding]:
    """Each tensor must be computed once, and before it is read."""
    known = {t.index for t in model.tensors if t.constant or t.variable}
    known |= {t.index for t in model.inputs}
    faults = []
    for operator in model.operators:
        where = f"operator {operator.index} {operator.name}"
        faults += [
            f"{where} reads tensor {i}, which nothing has computed"
            for i in operator.inputs
            if i >= 0 and i not in known
        ]
        written = [i for i in operator.outputs if not model.tensors[i].variable]
        faults += [f"{where} computes tensor {i} anew" for i in written if i in known]
        known |= set(operator.outputs)
    absent = [t.index for t in model.outputs if t.index not in known]
    faults += [f"nothing computes the output {i}" for i in absent]
    return [Finding(Severity.ERROR, fault, _DAMAGED) for fault in faults[:1]]


def _type_findings(model: Model, custom: Collection[str]) -> list[Finding]:
    """Operators on types that their kernels do not have."""
    findings = []
    for operator in model.operators:
        if operator.custom and operator.name in custom:
            continue
        where = f"operator {operator.index} {operator.name}"
        kernel = find_kernel(operator.name, operator.custom)
        types = _data_types(model, operator)
        weights = [model.tensors[i].type for i in operator.inputs[1:2] if i >= 0]
        if kernel is not None and not types <= kernel.types:
            findings.append(Finding(Severity.ERROR, f"{where} computes on {_join(types)}", _INT8))
        elif operator.macs and types == {"FLOAT32"} and weights != ["FLOAT32"]:
            message = f"{where}: hybrid: it computes on FLOAT32 with {_join(set(weights))} weights"
            findings.append(Finding(Severity.ERROR, message, _INT8))
    return findings


def _runtime_findings(model: Model, content: bytes) -> list[Finding]:
    """What the runtime itself says, of the first operator that it refuses."""
    refusal = runtime_verdict.refusal(model, content)
    if refusal is None:
        return []
    named = next((o.name for o in model.operators if o.index == refusal.operator), "")
    where = f"operator {refusal.operator} {named}: " if named else ""
    return [Finding(Severity.ERROR, f"{where}{refusal.reason}", _DAMAGED)]


def _kernel_findings(model: Model, custom: Collection[str]) -> list[Finding]:
    findings = []
    for required in required_operators(model):
        if required.custom and required.name.startswith(_TF_SELECT):
            message = f"{required.name}: an operator of TensorFlow itself (TF Select)"
            hint = _NOT_IN_TFLM
        elif required.custom and required.name in custom:
            continue
        elif required.custom and required.name == _ETHOS_U:
            message = f'"{_ETHOS_U}": a program for Arm\'s Ethos-U NPU, which Vela compiled'
            hint = "the core has no such NPU: take the .tflite that Vela was given"
        elif required.is_users:
            message = f'custom operator "{required.name}"'
            hint = f"give its source: --custom-op {required.name}=FILE.cc"
        elif not required.method:
            message = f"{required.name}: neither the runtime nor TFLM has a kernel"
            hint = "use other layers, or write it as a custom operator"
        elif not required.in_runtime:
            message = f"{required.name}: the runtime has no kernel, TFLM has ({required.method})"
            hint = "`workbench build --tflm-lib FILE --tflm-include FOLDER` links TFLM itself"
        else:
            continue
        findings.append(Finding(Severity.ERROR, message, hint))
    return findings


def _dynamic_findings(model: Model) -> list[Finding]:
    """SHAPE, and what follows from it: computed at every inference, though it never changes."""
    added = {operator.name for operator in model.operators} & _DYNAMIC_SHAPE_OPERATORS
    if "SHAPE" in added:
        message = f"{_join(added)}: usually what a dynamic batch makes the converter add"
        hint = f"fix the batch: {_fixed_input(model)}, or fold them: {_CONVERT}"
        return [Finding(Severity.NOTE, message, hint)]
    if any(tensor.dynamic for tensor in model.inputs):
        message = "the batch size is open; the firmware runs it with 1"
        return [Finding(Severity.NOTE, message, f"say so to Keras: {_fixed_input(model)}")]
    return []


def _fixed_input(model: Model) -> str:
    """The line of Keras that makes the model's first input one of a fixed batch size."""
    shape = model.inputs[0].shape[1:] if model.inputs else ()
    return f"keras.Input(shape={shape}, batch_size=1)"


def _data_types(model: Model, operator: Operator) -> set[str]:
    """Types of the first input and of the outputs: the data, not its weights or parameters."""
    indices = [i for i in (*operator.inputs[:1], *operator.outputs) if i >= 0]
    return {model.tensors[i].type for i in indices}


def _join(names: set[str]) -> str:
    return ", ".join(sorted(names))
