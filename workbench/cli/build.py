"""`workbench build`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output as console_output
from workbench.cli.console import print_json
from workbench.cli.options import (
    DEFAULT_BOARD,
    DEFAULT_KERNELS,
    EngineOption,
    JsonOption,
    KernelSet,
    ModelOption,
)
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from workbench.builder import BuiltImage

app = typer.Typer(add_completion=False)


@app.command()
def build(
    board: Annotated[
        list[str] | None,
        typer.Option("--board", "-b", help="May be repeated.", show_default=DEFAULT_BOARD),
    ] = None,
    kernels: Annotated[
        list[KernelSet] | None,
        typer.Option(
            "--kernels", "-k", help="May be repeated.", show_default=DEFAULT_KERNELS.value
        ),
    ] = None,
    model: ModelOption = None,
    arena: Annotated[
        int | None, typer.Option("--arena", help="Tensor arena in bytes; else estimated.", min=1)
    ] = None,
    fit_arena: Annotated[
        bool,
        typer.Option("--fit-arena", help="Boot it and take the smallest arena that it runs with."),
    ] = False,
    stack: Annotated[
        int | None, typer.Option("--stack", help="Stack in bytes.", min=512, show_default="4096")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder for the ELF files.")
    ] = None,
    cmsis_nn: Annotated[
        Path | None, typer.Option("--cmsis-nn", help="Another CMSIS-NN than bakenn's.")
    ] = None,
    tflm_lib: Annotated[
        Path | None, typer.Option("--tflm-lib", help="A libtensorflow-microlite.a of your own.")
    ] = None,
    tflm_include: Annotated[
        list[Path] | None, typer.Option("--tflm-include", help="Its include folders.")
    ] = None,
    tflm_define: Annotated[
        list[str] | None, typer.Option("--tflm-define", help="Macros it was built with.")
    ] = None,
    symbols: Annotated[
        int, typer.Option("--symbols", help="Show the largest N symbols.", min=0)
    ] = 0,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Build the demo firmware and show its footprint: flash, RAM, arena, stack.

    One ELF for each board and kernel set. Without --output the ELF stays in the cache.
    """
    from workbench import fitting
    from workbench.builder import build as build_image
    from workbench.builder import plan_builds
    from workbench.cli.build_progress import shown

    plans = plan_builds(
        board or [DEFAULT_BOARD],
        [k.value for k in kernels or [DEFAULT_KERNELS]],
        model,
        arena_bytes=arena,
        stack_bytes=stack,
        cmsis_nn=cmsis_nn,
        tflm_library=tflm_lib,
        tflm_include=tflm_include or (),
        tflm_definitions=tflm_define or (),
    )
    images = []
    for plan in plans:
        if fit_arena:
            plan = fitting.fit_arena(plan, engine.value)
        with shown(plan.name) as progress:
            images.append(build_image(plan, output=output, progress=progress))
    if json:
        print_json(images)
        return
    _print_table(images)
    for image in images:
        if symbols:
            _print_symbols(image, symbols)


def _print_table(images: list[BuiltImage]) -> None:
    from rich.table import Table

    table = Table(title="Footprint in bytes")
    for name in ("board", "kernels"):
        table.add_column(name)
    for name in ("flash", "model", "RAM", "arena", "stack"):
        table.add_column(name, justify="right")
    for image in images:
        size = image.footprint
        figures = (size.flash, size.model, size.ram, size.arena, size.stack)
        table.add_row(image.board, image.kernels, *(f"{figure:,}" for figure in figures))
    console = console_output()
    console.print(table)
    for image in images:
        console.print(str(image.elf), markup=False, soft_wrap=True)


def _print_symbols(image: BuiltImage, count: int) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=f"Largest symbols of {image.elf.name}, bytes")
    table.add_column("size", justify="right")
    table.add_column("section")
    table.add_column("symbol", overflow="fold")
    for symbol in image.footprint.symbols[:count]:
        table.add_row(f"{symbol.size:,}", symbol.section, Text(symbol.name))
    console_output().print(table)
