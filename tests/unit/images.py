"""Images that no file holds: as much of one as a test is about."""

from __future__ import annotations

from pathlib import Path

from workbench.image import Image
from workbench.image.elf import Section, Segment, Symbol


def image_of(
    *segments: Segment,
    symbols: tuple[Symbol, ...] = (),
    sections: tuple[Section, ...] = (),
    vector_table: int = 0,
    entry: int = 0,
) -> Image:
    return Image(
        path=Path("none.elf"),
        sha256="",
        build_id=None,
        entry=entry,
        segments=segments,
        sections=sections,
        symbols=symbols,
        vector_table=vector_table,
    )


def segment(address: int, data: bytes) -> Segment:
    """Code that is executed where it is loaded."""
    return Segment(address, address, data, executable=True)


def function(name: str, address: int, size: int = 0) -> Symbol:
    return Symbol(name, address, size, is_function=True)


def label(name: str, address: int, size: int = 0) -> Symbol:
    """A symbol that is not a function."""
    return Symbol(name, address, size, is_function=False)
