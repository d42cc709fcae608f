"""`workbench model`: inspect, convert and train."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import end_with, print_json
from workbench.cli.options import CustomOpOption, JsonOption
from workbench.report.terminal import print_lines, terminal

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Inspect, convert or train a TensorFlow Lite model.",
)


@app.command(short_help="Show what a model holds and costs, and whether it will run.")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tflite.")],
    custom_op: CustomOpOption = None,
    json: JsonOption = False,
) -> None:
    """Show operators, tensors, cost, and what a resolver needs; say whether it will run.

    Exits with 1 if the workbench's firmware cannot run the model.
    """
    from workbench.builder.custom_ops import read_custom_ops
    from workbench.model.inspection import inspect_model
    from workbench.report.model import print_inspection

    custom = [operator.name for operator in read_custom_ops(custom_op or ())]
    inspection = inspect_model(file, custom)
    if json:
        print_json(inspection)
    else:
        print_inspection(inspection)
    end_with(inspection.exit_code)


@app.command(short_help="Fix an open batch at 1 and fold what follows from it.")
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .tflite.")],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The new .tflite.")
    ],
    json: JsonOption = False,
) -> None:
    """Write a copy of a model whose batch is 1, without the operators that compute shapes from it.

    SHAPE, STRIDED_SLICE and PACK are what a converter adds where Keras was given no batch size.
    """
    from workbench.model.fold import fold_file
    from workbench.report.model import print_folded

    folded = fold_file(file, output)
    if json:
        print_json(folded)
    else:
        print_folded(folded)


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
            help="Words to recognize, separated by commas; all others are unknown.",
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
    from workbench.report.model import print_confusion
    from workbench.report.model_card import model_card

    recipe = Recipe(words=_split(words), epochs=epochs, seed=seed, folds=folds)
    with _training_progress(quiet=json) as progress:
        published = train_and_publish(
            features, folder, recipe, model_card, held_out=held_out, progress=progress
        )
    if json:
        print_json(published)
        return
    print_confusion(published.cross_validation, f"cross-validated, {folds} folds")
    if published.held_out is not None:
        print_confusion(published.held_out, f"final model on {held_out}")
    print_lines((f"written: {published.path}",))


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
    console = terminal(stderr=True)
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
