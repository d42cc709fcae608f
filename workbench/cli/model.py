"""`workbench model`: inspect and train."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output, print_json
from workbench.cli.options import JsonOption

if TYPE_CHECKING:
    from rich.table import Table

    from workbench.model.confusion import Confusion
    from workbench.model.inspection import Inspection
    from workbench.model.values import Quantization

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Inspect or train a TensorFlow Lite model."
)


@app.command(short_help="Show what a model holds and costs, and whether it will run.")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tflite.")],
    json: JsonOption = False,
) -> None:
    """Show operators, tensors, cost, and what a resolver needs; say whether it will run.

    Exits with 1 if the workbench's firmware cannot run the model.
    """
    from workbench.model.inspection import inspect_model

    inspection = inspect_model(file)
    if json:
        print_json(inspection)
    else:
        _show(inspection)
    if not inspection.runs:
        raise typer.Exit(1)


@app.command(short_help="Train the keyword spotter and write its card.")
def train(
    features: Annotated[
        list[Path],
        typer.Option("--features", metavar="FILE", help="Labelled MFCC, .npz; may be repeated."),
    ],
    folder: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="For model, labels, recipe and card."
        ),
    ] = Path("out/keyword_spotter"),
    words: Annotated[
        str,
        typer.Option(
            "--words",
            metavar="WORD,WORD",
            help="Words to tell apart, by comma; all others are unknown.",
        ),
    ] = "yes,no",
    epochs: Annotated[
        int, typer.Option("--epochs", metavar="N", min=1, help="Passes of training.")
    ] = 400,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="The same seed, the same model.")
    ] = 1,
    folds: Annotated[
        int,
        typer.Option("--folds", metavar="N", min=2, max=100, help="Parts of the cross-validation."),
    ] = 5,
    held_out: Annotated[
        Path | None,
        typer.Option(
            "--held-out",
            metavar="FOLDER",
            help="Recordings <word>/*.wav to judge the final model by.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Train the keyword spotter, cross-validate it, convert it to int8 and write its card.

    Needs TensorFlow, which comes with the extra [train].
    """
    from workbench.model.publish import train_and_publish
    from workbench.model.train import Recipe

    recipe = Recipe(words=_split(words), epochs=epochs, seed=seed, folds=folds)
    with _training_progress(quiet=json) as progress:
        published = train_and_publish(
            features, folder, recipe, held_out=held_out, progress=progress
        )
    if json:
        print_json(published)
        return
    console = output()
    console.print(_confusion(published.cross_validation, f"cross-validated, {folds} folds"))
    if published.held_out is not None:
        console.print(_confusion(published.held_out, f"final model on {held_out}"))
    console.print(f"written: {published.path}", markup=False, soft_wrap=True)


def _split(words: str) -> tuple[str, ...]:
    names = tuple(word.strip() for word in words.split(","))
    if "" in names or "unknown" in names or len(set(names)) != len(names):
        raise typer.BadParameter(
            "give different words, by comma, such as yes,no", param_hint="--words"
        )
    return names


@contextmanager
def _training_progress(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar a stage on stderr; nothing where no one watches."""
    console = output(stderr=True)
    if quiet or not console.is_terminal:
        yield lambda stage, step, steps: None
        return
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def update(stage: str, step: int, steps: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=steps)
            bars.update(tasks[stage], completed=step)

        yield update


def _show(inspection: Inspection) -> None:
    model, console = inspection.model, output()
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
        argument = f'"{required.name}", ...' if required.custom else required.registration
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


def _confusion(confusion: Confusion, title: str) -> Table:
    from rich.text import Text

    table = _table("said", *(f"as {label}" for label in confusion.labels), "recall", title=title)
    for i, (label, counts) in enumerate(zip(confusion.labels, confusion.counts, strict=True)):
        table.add_row(Text(label), *map(str, counts), f"{confusion.recall(i):.1%}")
    table.caption = (
        f"accuracy {confusion.accuracy:.1%}, mean recall {confusion.balanced_accuracy:.1%}"
    )
    return table


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
