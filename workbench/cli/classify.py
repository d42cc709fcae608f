"""`workbench classify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output, print_json
from workbench.cli.options import (
    DEFAULT_BOARD,
    DEFAULT_KERNELS,
    BoardOption,
    EngineOption,
    JsonOption,
    KernelsOption,
    ModelOption,
)
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.session import Classification

app = typer.Typer(add_completion=False)


@app.command()
def classify(
    files: Annotated[
        list[Path], typer.Argument(help="Speech as .wav (16 kHz, mono), features as .npy or .npz.")
    ],
    board: BoardOption = DEFAULT_BOARD,
    kernels: KernelsOption = DEFAULT_KERNELS,
    model: ModelOption = None,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Build and boot the firmware, send it recordings or features, show labels and scores."""
    from workbench.bench import classify_files
    from workbench.cli.console import progress

    with progress("starting") as tell:
        answers = classify_files(files, board, kernels.value, model, engine.value, tell)
    if json:
        print_json(answers)
    else:
        _print_table(answers)


def _print_table(answers: Sequence[Classification]) -> None:
    from rich.table import Table
    from rich.text import Text

    labels = list(answers[0].scores)
    table = Table(box=None, pad_edge=False)
    table.add_column("input", overflow="fold")
    table.add_column("label", style="bold")
    for label in labels:
        table.add_column(label, justify="right")
    for answer in answers:
        scores = (f"{answer.scores[label]:.3f}" for label in labels)
        table.add_row(Text(answer.name), Text(answer.label or "(no labels)"), *scores)
    console = output()
    console.print(table)
    for answer in answers:
        if answer.note:
            console.print(f"{answer.name}: {answer.note}", markup=False, soft_wrap=True)
