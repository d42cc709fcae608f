"""`workbench classify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output, print_json, print_warnings
from workbench.cli.options import (
    DEFAULT_BOARD,
    DEFAULT_KERNELS,
    ArenaOption,
    BoardOption,
    EngineOption,
    JsonOption,
    KernelsOption,
    ModelOption,
    StackOption,
)
from workbench.cli.plain_table import print_table
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.runs.inference import Classification

app = typer.Typer(add_completion=False)

_MOST_COLUMNS = 6  # outputs that are shown side by side
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
    arena: ArenaOption = None,
    stack: StackOption = None,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Build and boot the firmware, send it recordings or features, show labels and scores.

    A model without labels is shown by its outputs, dequantized, by index.
    """
    from workbench.benchmark.bench import classify_files
    from workbench.cli.choices import build_choices
    from workbench.cli.console import progress
    from workbench.errors import CheckFailedError

    answers: list[Classification] = []
    warnings: list[str] = []
    failed: CheckFailedError | None = None
    try:
        with progress("starting") as tell:
            chosen = (board, kernels.value, model, engine.value)
            choices = build_choices(arena, stack)
            answers.extend(classify_files(files, *chosen, tell, warnings.append, choices=choices))
    except CheckFailedError as error:  # what came before is shown
        failed = error
    if json:
        print_json({"answers": answers, "warnings": warnings})
    elif answers:
        _print_table(answers)
    print_warnings(warnings)
    if failed is not None:
        raise failed


def _print_table(answers: Sequence[Classification]) -> None:
    first = _outputs(answers[0])
    labelled = bool(answers[0].label)
    headings = ["input", "label"] if labelled else ["input"]
    rows = [[answer.name, answer.label] if labelled else [answer.name] for answer in answers]
    names = len(headings)
    if len(first) <= _MOST_COLUMNS:
        headings += [name for name, _ in first]
        for row, answer in zip(rows, answers, strict=True):
            row += [value for _, value in _outputs(answer)]
    else:
        names += 1
        headings.append(f"the largest of {len(first)} outputs (--json has all)")
        for row, answer in zip(rows, answers, strict=True):
            largest = sorted(range(len(first)), key=lambda i: -answer.values[i])[:_LARGEST]
            named = _outputs(answer)
            row.append("  ".join(" ".join(named[i]) for i in largest))
    print_table(headings, names, rows)
    console = output()
    for answer in answers:
        if answer.note:
            console.print(f"{answer.name}: {answer.note}", markup=False, soft_wrap=True)


def _outputs(answer: Classification) -> list[tuple[str, str]]:
    """The scores by label; without labels the outputs by index, dequantized."""
    if answer.scores:
        return [(label, f"{score:.3f}") for label, score in answer.scores.items()]
    return [(f"[{index}]", f"{value:.4g}") for index, value in enumerate(answer.values)]
