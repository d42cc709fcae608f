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
    KERNELS,
    EngineOption,
    JsonOption,
    KernelSet,
    ModelOption,
)
from workbench.cli.plain_table import print_table
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from workbench.builder import BuiltImage

app = typer.Typer(add_completion=False)

_BOARDS, _KERNEL_SETS = [DEFAULT_BOARD], [DEFAULT_KERNELS]


@app.command()
def build(
    board: Annotated[
        list[str],
        typer.Option("--board", "-b", metavar="NAME", help="Board to build for; may be repeated."),
    ] = _BOARDS,
    kernels: Annotated[
        list[KernelSet],
        typer.Option("--kernels", "-k", metavar=KERNELS, help="Kernel set; may be repeated."),
    ] = _KERNEL_SETS,
    model: ModelOption = None,
    arena: Annotated[
        int | None,
        typer.Option(
            "--arena", metavar="BYTES", help="Size of the tensor arena; else estimated.", min=1
        ),
    ] = None,
    fit_arena: Annotated[
        bool,
        typer.Option("--fit-arena", help="Boot it and take the smallest arena that it runs with."),
    ] = False,
    stack: Annotated[
        int | None,
        typer.Option("--stack", metavar="BYTES", help="Size of the stack; else 4096.", min=512),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="Where to put the ELF files; else the cache."
        ),
    ] = None,
    cmsis_nn: Annotated[
        Path | None,
        typer.Option("--cmsis-nn", metavar="FOLDER", help="Another CMSIS-NN than bakenn's."),
    ] = None,
    tflm_lib: Annotated[
        Path | None,
        typer.Option(
            "--tflm-lib",
            metavar="FILE",
            help="Link this libtensorflow-microlite.a in place of the workbench's runtime.",
        ),
    ] = None,
    tflm_include: Annotated[
        list[Path] | None,
        typer.Option(
            "--tflm-include", metavar="FOLDER", help="Its include folder; may be repeated."
        ),
    ] = None,
    tflm_define: Annotated[
        list[str] | None,
        typer.Option(
            "--tflm-define", metavar="MACRO", help="A macro it was built with; may be repeated."
        ),
    ] = None,
    symbols: Annotated[
        int, typer.Option("--symbols", metavar="N", help="Show the N largest symbols.", min=0)
    ] = 0,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Build the demo firmware and show its footprint: flash, RAM, arena, stack.

    One ELF for each board and kernel set.
    """
    from workbench.benchmark import fit
    from workbench.builder import build as build_image
    from workbench.builder import plan_builds
    from workbench.cli.build_progress import shown

    plans = plan_builds(
        board,
        [k.value for k in kernels],
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
            plan = fit.fit_arena(plan, engine.value)
        with shown(plan.name) as progress:
            images.append(build_image(plan, output=output, progress=progress))
    if json:
        print_json(images)
        return
    _print_footprints(images)
    for image in images:
        if symbols:
            _print_symbols(image, symbols)


def _print_footprints(images: list[BuiltImage]) -> None:
    console = console_output()
    console.print("footprint in bytes")
    rows = []
    for image in images:
        size = image.footprint
        figures = (size.flash, size.model, size.ram, size.arena, size.stack)
        rows.append((image.board, image.kernels, *(f"{figure:,}" for figure in figures)))
    print_table(("board", "kernels", "flash", "model", "RAM", "arena", "stack"), 2, rows)
    for image in images:
        console.print(str(image.elf), markup=False, soft_wrap=True)


def _print_symbols(image: BuiltImage, count: int) -> None:
    console_output().print(f"\nlargest symbols, {image.board}, {image.kernels}", markup=False)
    largest = image.footprint.symbols[:count]
    rows = [(symbol.name, symbol.section, f"{symbol.size:,}") for symbol in largest]
    print_table(("symbol", "section", "bytes"), 2, rows)
