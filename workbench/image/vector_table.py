"""Where the vector table of an image lies, and its first two words."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

from workbench.errors import ImageError
from workbench.image.elf import Contents, Segment

# Names that startup code gives to it: CMSIS, ST, Nordic, Zephyr, libopencm3.
SECTIONS = (".isr_vector", ".vectors", ".vector_table", ".intvecs", ".isr_vectors")
SYMBOLS = (
    "__isr_vector",
    "g_pfnVectors",
    "__Vectors",
    "__vectors",
    "_vectors",
    "vector_table",
    "_vector_table",
    "__vector_table",
    "_vector_start",
)
_ALIGNMENT = 4
_BOOT = struct.Struct("<II")  # initial SP and reset vector, ARM DDI 0403E, B1.5.3
BOOT_BYTES = _BOOT.size
"""Size of what a core reads of it at reset."""


def find_vector_table(contents: Contents, path: Path) -> int:
    """Return where it is loaded: by section, by symbol, else the start of the code.

    Raises ImageError, which names `path`, where nothing looks like one.
    """
    segments, sections = contents.segments, contents.sections
    candidates = [s.address for s in sections if s.name in SECTIONS and s.loaded]
    candidates += [s.address for s in contents.symbols if s.name in SYMBOLS]
    candidates += sorted(s.address for s in segments)
    candidates += sorted(s.address for s in sections if s.loaded)
    for address in candidates:
        if _looks_like_one(address, segments):
            return address
    raise ImageError(
        f"{path}: no vector table found (initial stack pointer and reset vector)",
        hint="put it in a section named .isr_vector at the start of flash",
    )


def boot_words(address: int, segments: Iterable[Segment]) -> tuple[int, int] | None:
    """Return the initial SP and the reset vector of a table that is loaded at `address`.

    None where `segments` hold nothing there. Bit 0 of the reset vector says Thumb.
    """
    for segment in segments:
        offset = address - segment.address
        if 0 <= offset <= len(segment.data) - BOOT_BYTES:
            stack, reset = _BOOT.unpack_from(segment.data, offset)
            return stack, reset
    return None


def _looks_like_one(address: int, segments: tuple[Segment, ...]) -> bool:
    """Two words: an initial SP that is aligned and not 0, a Thumb address in loaded code."""
    words = boot_words(address, segments)
    if address % _ALIGNMENT or words is None:
        return False
    stack, reset = words
    in_code = any(
        s.executable and 0 <= reset - start < len(s.data)
        for s in segments
        for start in (s.address, s.virtual)
    )
    return stack != 0 and stack % 4 == 0 and bool(reset & 1) and in_code
