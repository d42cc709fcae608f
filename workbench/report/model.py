"""What a model holds, and how often it is right, as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model.confusion import Confusion
from workbench.model.fold import FoldedFile
from workbench.model.inspection import Inspection
from workbench.model.quantization import Quantization
from workbench.report.terminal import terminal

if TYPE_CHECKING:
    from rich.table import Table


def print_folded(folded: FoldedFile) -> None:
    """Print what a conversion has taken out of a model."""
    names = ", ".join(f"{operator.name} #{operator.index}" for operator in folded.operators)
    console = terminal()
    console.print(f"folded: {names or 'nothing'}", markup=False, soft_wrap=True)
    console.print(f"sizes that were open and are those of batch 1 now: {folded.opened}")
    console.print(f"written: {folded.path}, {folded.size:,} bytes", markup=False, soft_wrap=True)


def print_inspection(inspection: Inspection) -> None:
    """Print what a model holds and costs, what a resolver needs, and whether it will run."""
    model, console = inspection.model, terminal()
    console.print(
        f"{model.size:,} bytes, {inspection.macs:,} MACs, {inspection.parameters:,} parameters, "
        f"schema {model.schema_version}, SHA-256 {model.sha256[:16]}...",
        soft_wrap=True,
    )
    if model.description or model.metadata:
        metadata = ", ".join(model.metadata) or "none"
        console.print(f"{model.description}; metadata: {metadata}", markup=False)
    if inspection.labels:
        console.print(f"labels: {', '.join(inspection.labels)}", markup=False)
    console.print(_operators(inspection))
    console.print(_tensors(inspection))
    console.print("resolver:")
    for required in inspection.resolver:
        argument = f'"{required.name}", ...' if required.is_users else required.registration
        method = required.method or f"no kernel for {required.name}"
        console.print(f"  {method}({argument})", markup=False, soft_wrap=True)
    for finding in inspection.findings:
        console.print(f"{finding.severity.value}: {finding.message}", markup=False, soft_wrap=True)
        if finding.hint:
            console.print(f"  hint: {finding.hint}", markup=False, soft_wrap=True)
    console.print("the firmware can run it" if inspection.runs else "the firmware cannot run it")


def _operators(inspection: Inspection) -> Table:
    table = _table("#", "operator", "version", "in", "out", "MACs", "options", title="operators")
    tensors = inspection.model.tensors
    for operator in inspection.model.operators:
        options = {k: v for k, v in operator.options.items() if v not in ("NONE", 1, 0)}
        table.add_row(
            str(operator.index),
            operator.name,
            str(operator.version),
            _indices(operator.inputs),
            " ".join(_shape(tensors[i].shape) for i in operator.outputs),
            f"{operator.macs:,}",
            " ".join(f"{name}={value}" for name, value in options.items()),
        )
    return table


def _tensors(inspection: Inspection) -> Table:
    from rich.text import Text

    table = _table("#", "shape", "type", "bytes", "quantization", "kind", "name", title="tensors")
    model = inspection.model
    for tensor in model.tensors:
        kind = "constant" if tensor.constant else "variable" if tensor.variable else ""
        kind = "input" if tensor in model.inputs else kind
        kind = "output" if tensor in model.outputs else kind
        table.add_row(
            str(tensor.index),
            _shape(tensor.shape),
            tensor.type,
            f"{tensor.bytes:,}",
            _quantization(tensor.quantization),
            kind,
            Text(tensor.name.split(";")[0]),
        )
    return table


def print_confusion(confusion: Confusion, title: str) -> None:
    """Print how often each label was taken for each."""
    from rich.text import Text

    table = _table("said", *(f"as {label}" for label in confusion.labels), "recall", title=title)
    for i, (label, counts) in enumerate(zip(confusion.labels, confusion.counts, strict=True)):
        table.add_row(Text(label), *map(str, counts), f"{confusion.recall(i):.1%}")
    table.caption = (
        f"accuracy {confusion.accuracy:.1%}, mean recall {confusion.balanced_accuracy:.1%}"
    )
    terminal().print(table)


def _table(*columns: str, title: str) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        wraps = column in ("options", "quantization", "name")
        table.add_column(column, overflow="fold", no_wrap=not wraps)
    return table


def _indices(indices: tuple[int, ...]) -> str:
    return " ".join("-" if index < 0 else str(index) for index in indices)


def _shape(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "scalar"


def _quantization(quantization: Quantization | None) -> str:
    if quantization is None:
        return ""
    if quantization.per_channel:
        low, high = min(quantization.scales), max(quantization.scales)
        return f"{len(quantization.scales)} scales {low:.3g}..{high:.3g}, axis {quantization.axis}"
    return f"scale {quantization.scale:.6g}, zero point {quantization.zero_point}"
