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
    CmsisNnOption,
    CustomOpOption,
    EngineOption,
    JsonOption,
    KernelsOption,
    ModelOption,
    StackOption,
    TflmDefineOption,
    TflmIncludeOption,
    TflmLibOption,
    UartPacingOption,
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
    kernels: KernelsOption = None,
    model: ModelOption = None,
    arena: ArenaOption = None,
    stack: StackOption = None,
    cmsis_nn: CmsisNnOption = None,
    tflm_lib: TflmLibOption = None,
    tflm_include: TflmIncludeOption = None,
    tflm_define: TflmDefineOption = None,
    custom_op: CustomOpOption = None,
    uart_pacing: UartPacingOption = None,
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

    choices = build_choices(arena, stack, cmsis_nn, tflm_lib, tflm_include, tflm_define, custom_op)
    kernels = kernels or (None if tflm_lib else DEFAULT_KERNELS)
    with progress("starting") as tell:
        found = classify_files(
            files, board, kernels, model, engine.value, tell, choices, uart_pacing
        )
    if json:
        print_json(found)
    elif found.answers:
        print_answers(found.answers)
    print_warnings(found.warnings)
    require_all_answered(found)
