"""`workbench classify`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import print_json, print_warnings
from workbench.cli.options import (
    DEFAULT_BOARD,
    DEFAULT_KERNELS,
    ArenaOption,
    BoardOption,
    CmsisNnOption,
    EngineOption,
    JsonOption,
    KernelsOption,
    ModelOption,
    StackOption,
    TflmDefineOption,
    TflmIncludeOption,
    TflmLibOption,
)
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from workbench.runs.inference import Classification

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
    kernels: KernelsOption = None,
    model: ModelOption = None,
    arena: ArenaOption = None,
    stack: StackOption = None,
    cmsis_nn: CmsisNnOption = None,
    tflm_lib: TflmLibOption = None,
    tflm_include: TflmIncludeOption = None,
    tflm_define: TflmDefineOption = None,
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
    from workbench.report.answers import print_answers

    choices = build_choices(arena, stack, cmsis_nn, tflm_lib, tflm_include, tflm_define)
    answers: list[Classification] = []
    warnings: list[str] = []
    failed: CheckFailedError | None = None
    try:
        with progress("starting") as tell:
            kernels = kernels or (None if tflm_lib else DEFAULT_KERNELS)
            chosen = (board, kernels, model, engine.value)
            answers.extend(classify_files(files, *chosen, tell, warnings.append, choices=choices))
    except CheckFailedError as error:  # what came before is shown
        failed = error
    if json:
        print_json({"answers": answers, "warnings": warnings})
    elif answers:
        print_answers(answers)
    print_warnings(warnings)
    if failed is not None:
        raise failed
