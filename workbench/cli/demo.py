"""`workbench demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import print_json, print_warnings, progress
from workbench.cli.options import (
    ArenaOption,
    CmsisNnOption,
    EngineOption,
    JsonOption,
    StackOption,
    TflmDefineOption,
    TflmIncludeOption,
    TflmLibOption,
)
from workbench.engines import EngineChoice

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Recordings of your own (.wav, 16 kHz, mono)."),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to put index.html.")
    ] = Path("out"),
    arena: ArenaOption = None,
    stack: StackOption = None,
    cmsis_nn: CmsisNnOption = None,
    tflm_lib: TflmLibOption = None,
    tflm_include: TflmIncludeOption = None,
    tflm_define: TflmDefineOption = None,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Build the firmware, boot it on every board, classify recordings, show what it cost."""
    from workbench.benchmark.bench import require_oracle_agrees
    from workbench.benchmark.demo import run_demo
    from workbench.cli.choices import build_choices
    from workbench.report.demo import print_demo
    from workbench.report.html import demo_page
    from workbench.report.terminal import print_lines
    from workbench.support.files import write_atomically

    choices = build_choices(arena, stack, cmsis_nn, tflm_lib, tflm_include, tflm_define)
    with progress("starting") as tell:
        report = run_demo(files or (), engine.value, tell, choices)
    page = folder / "index.html"
    write_atomically(page, demo_page(report))
    if json:
        print_json(report)
    else:
        print_demo(report)
        print_lines((f"\npage: {page}",))
    print_warnings(report.bench.warnings)
    require_oracle_agrees(report.bench)
