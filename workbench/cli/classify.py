"""`workbench classify`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import print_json, print_warnings
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
from workbench.engines import EngineChoice

app = typer.Typer(add_completion=False)


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
    from workbench.benchmark.bench import classify_files, require_all_answered
    from workbench.cli.choices import build_choices
    from workbench.cli.console import progress
    from workbench.report.answers import print_answers

    with progress("starting") as tell:
        chosen = (board, kernels.value, model, engine.value)
        found = classify_files(files, *chosen, tell, build_choices(arena, stack))
    if json:
        print_json(found)
    elif found.answers:
        print_answers(found.answers)
    print_warnings(found.warnings)
    require_all_answered(found)
