"""What images take of flash and RAM, as tables."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.builder import BuiltImage
from workbench.report.plain_table import print_table
from workbench.report.terminal import print_lines, terminal


def print_footprints(images: Sequence[BuiltImage]) -> None:
    """Print the sizes of all images, then where they are."""
    print_lines(("footprint in bytes",))
    rows = []
    for image in images:
        size = image.footprint
        figures = (size.flash, size.model, size.ram, size.arena, size.stack)
        rows.append((image.board, image.kernels, *(f"{figure:,}" for figure in figures)))
    print_table(("board", "kernels", "flash", "model", "RAM", "arena", "stack"), 2, rows)
    print_lines(str(image.elf) for image in images)


def print_symbols(image: BuiltImage, count: int) -> None:
    """Print the `count` largest symbols of an image."""
    terminal().print(f"\nlargest symbols, {image.board}, {image.kernels}", markup=False)
    largest = image.footprint.symbols[:count]
    rows = [(symbol.name, symbol.section, f"{symbol.size:,}") for symbol in largest]
    print_table(("symbol", "section", "bytes"), 2, rows)
