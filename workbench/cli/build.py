"""`workbench build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import print_json
from workbench.cli.options import (
    DEFAULT_BOARD,
    DEFAULT_KERNELS,
    KERNELS,
    ArenaOption,
    CmsisNnOption,
    CustomOpOption,
    JsonOption,
    ModelOption,
    StackOption,
    TflmDefineOption,
    TflmIncludeOption,
    TflmLibOption,
    kernel_set,
)

app = typer.Typer(add_completion=False)

_BOARDS = [DEFAULT_BOARD]


@app.command()
def build(
    board: Annotated[
        list[str],
        typer.Option("--board", "-b", metavar="NAME", help="Board to build for; may be repeated."),
    ] = _BOARDS,
    kernels: Annotated[
        list[str] | None,
        typer.Option(
            "--kernels",
            "-k",
            metavar=KERNELS,
            parser=kernel_set,
            show_default=DEFAULT_KERNELS,
            help="Kernel set; may be repeated.",
        ),
    ] = None,
    model: ModelOption = None,
    arena: ArenaOption = None,
    stack: StackOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Where to put the ELF files; else the cache."
        ),
    ] = None,
    cmsis_nn: CmsisNnOption = None,
    tflm_lib: TflmLibOption = None,
    tflm_include: TflmIncludeOption = None,
    tflm_define: TflmDefineOption = None,
    custom_op: CustomOpOption = None,
    symbols: Annotated[
        int, typer.Option("--symbols", metavar="N", help="Show the N largest symbols.", min=0)
    ] = 0,
    json: JsonOption = False,
) -> None:
    """Build the demo firmware and show its footprint: flash, RAM, arena, stack.

    One ELF for each board and kernel set.
    """
    from workbench.benchmark.fit import fit_arena
    from workbench.builder import build as build_image
    from workbench.builder import plan_builds
    from workbench.cli.build_progress import shown
    from workbench.cli.choices import build_choices
    from workbench.report.footprint import print_footprints, print_symbols

    choices = build_choices(arena, stack, cmsis_nn, tflm_lib, tflm_include, tflm_define, custom_op)
    sets = kernels or ([] if tflm_lib else [DEFAULT_KERNELS])
    plans = plan_builds(board, sets, model, choices)
    images = []
    for plan in plans:
        with shown(plan.name) as progress:
            images.append(build_image(fit_arena(plan), output=output, progress=progress))
    if json:
        print_json(images)
        return
    print_footprints(images)
    for image in images:
        if symbols:
            print_symbols(image, symbols)
