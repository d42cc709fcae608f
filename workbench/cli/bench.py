"""`workbench bench`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import print_json, print_warnings, progress
from workbench.cli.options import (
    ArenaOption,
    CmsisNnOption,
    CustomOpOption,
    EngineOption,
    JsonOption,
    KernelSetsOption,
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
def bench(
    board: Annotated[
        list[str] | None,
        typer.Option("--board", "-b", metavar="NAME", help="Board; may be repeated; else all."),
    ] = None,
    kernels: KernelSetsOption = None,
    model: ModelOption = None,
    inputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--inputs",
            metavar="FILE",
            help="Recording or features; may be repeated; else the project's own recordings, or "
            "random inputs for a model of yours.",
        ),
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what the cycles of each image are spent on.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the table as a page.")
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Write the figures for `workbench compare`."),
    ] = None,
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
    """Boards x kernels: check with the host, instructions, flash, RAM, arena, latency.

    Exits with 1 where an output differs from that of tflite_micro on the host.
    """
    from workbench.benchmark.bench import bench as run_bench
    from workbench.benchmark.bench import require_one_fits, require_oracle_agrees
    from workbench.cli.choices import build_choices
    from workbench.report.bench import print_bench, print_explanations

    choices = build_choices(arena, stack, cmsis_nn, tflm_lib, tflm_include, tflm_define, custom_op)
    with progress("starting") as tell:
        report = run_bench(board, kernels, model, inputs, engine.value, tell, choices, uart_pacing)
    if html is not None:
        from workbench.report.html import bench_page
        from workbench.support.files import write_atomically

        write_atomically(html, bench_page(report))
    if save is not None:
        from workbench.benchmark.compare import write_bench

        write_bench(report, save)
    if json:
        print_json(report)
    else:
        print_bench(report)
        if explain:
            print_explanations(report)
    print_warnings(report.warnings)
    require_one_fits(report)
    require_oracle_agrees(report)
