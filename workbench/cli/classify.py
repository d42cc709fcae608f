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

_MOST_COLUMNS = 6  # outputs without labels that are shown side by side
_LARGEST = 4  # of more outputs than that


@app.command()
def classify(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="Speech as .wav (16 kHz, mono), features as .npy or .npz."
        ),
    ],
    board: BoardOption = DEFAULT_BOARD,
    kernels: KernelsOption = DEFAULT_KERNELS,
    model: ModelOption = None,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Build and boot the firmware, send it recordings or features, show labels and scores.

    A model without labels is shown by its outputs, dequantized, by index.
    """
    from workbench.bench import classify_files
    from workbench.cli.console import progress
    from workbench.errors import CheckFailedError

    answers: list[Classification] = []
    failed: CheckFailedError | None = None
    try:
        with progress("starting") as tell:
            answers.extend(classify_files(files, board, kernels.value, model, engine.value, tell))
    except CheckFailedError as error:  # what came before is shown
        failed = error
    if json:
        print_json(answers)
    elif answers:
        _print_table(answers)
    if failed is not None:
        raise failed


def _print_table(answers: Sequence[Classification]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    table.add_column("input", overflow="fold")
    for column, heading in enumerate(_headings(answers[0])):
        is_name = column == 0 and answers[0].label
        table.add_column(Text(heading), justify="left" if is_name else "right", overflow="fold")
    for answer in answers:
        table.add_row(Text(answer.name), *map(Text, _cells(answer)))
    console = output()
    console.print(table)
    for answer in answers:
        if answer.note:
            console.print(f"{answer.name}: {answer.note}", markup=False, soft_wrap=True)


def _headings(answer: Classification) -> list[str]:
    if answer.scores:
        return ["label", *answer.scores]
    if len(answer.values) <= _MOST_COLUMNS:
        return [f"[{index}]" for index in range(len(answer.values))]
    return [f"the largest of {len(answer.values)} outputs (--json has all)"]


def _cells(answer: Classification) -> list[str]:
    """The scores by label; without labels the outputs by index, dequantized."""
    if answer.scores:
        return [answer.label, *(f"{score:.3f}" for score in answer.scores.values())]
    if len(answer.values) <= _MOST_COLUMNS:
        return [f"{value:.4g}" for value in answer.values]
    by_size = sorted(range(len(answer.values)), key=lambda index: -answer.values[index])
    return ["  ".join(f"[{index}] {answer.values[index]:.4g}" for index in by_size[:_LARGEST])]
