"""Where code comes from: source lines, and the functions that the compiler put in place of calls.

From the DWARF debug information of an ELF file, read by `symbolic`; what an assembler wrote by
pyelftools.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from elftools.elf.enums import ENUM_SH_TYPE_BASE

from workbench.image import assembler_lines
from workbench.image import demangle as demangling
from workbench.image.assembler_lines import AssemblerLines
from workbench.image.demangle import demangle
from workbench.image.elf import MAX_FILE_BYTES
from workbench.support.cached_document import CachedDocument
from workbench.support.files import read_regular

_SEGMENT_COUNT = 44  # e_phnum in the file header, 16 bits (System V ABI, ELF32)
_SECTION_TYPE = 4  # sh_type in a section header, 32 bits
_AT_ZERO = b"\0\5\2" + struct.pack("<I", 0)  # DW_LNE_set_address (DWARF 5, 6.2.5.3)
_NOWHERE = b"\0\5\2" + struct.pack("<I", 0xFFFF_0000)


@dataclass(frozen=True)
class SourceLine:
    """A line of a source file, `file` as the compiler recorded it, `line` from 1.

    inlined: the functions that were put in place of calls there, outermost first.
    """

    file: str
    line: int
    inlined: tuple[str, ...] = ()


class SourceLines:
    """The source lines of one ELF file, looked up by address.

    `write_cache` keeps what was looked up in the cache folder for the next process: to open the
    debug information takes longer than most profiles.
    """

    def __init__(self, path: Path) -> None:
        """A file without debug information, or with damaged one, has no source lines."""
        self._path = path
        sources = (__file__, assembler_lines.__file__, demangling.__file__)
        self._cached = CachedDocument("places", files=(*sources, path), also=version("symbolic"))
        self._known: dict[int, SourceLine | None] = _read(self._cached.read())
        self._lines = {line: line for line in self._known.values() if line is not None}
        self._saved = len(self._known)

    def open(self) -> None:
        """Open the debug information, unless lines were read from the cache: those may suffice."""
        if not self._known:
            self._cache  # noqa: B018

    def at(self, address: int) -> SourceLine | None:
        """Return where the instruction at `address` comes from, or None."""
        if address not in self._known:
            self._known[address] = self._look_up(address)
        return self._known[address]

    def write_cache(self) -> None:
        """Write what has been looked up to the cache."""
        if len(self._known) == self._saved:
            return
        numbers = {line: number for number, line in enumerate(self._lines)}
        document = {
            "places": [(one.file, one.line, one.inlined) for one in self._lines],
            "addresses": list(self._known),
            "numbers": [None if one is None else numbers[one] for one in self._known.values()],
        }
        self._cached.write(document)
        self._saved = len(self._known)

    @cached_property
    def _assembled(self) -> AssemblerLines:
        return AssemblerLines(self._path)

    @cached_property
    def _cache(self) -> Any | None:
        return _open(self._path)

    def _look_up(self, address: int) -> SourceLine | None:
        frames = _frames(self._cache, address)
        if frames and frames[0].line:
            inlined = tuple(demangle(frame.symbol) for frame in reversed(frames[:-1]))
            place = SourceLine(frames[0].full_path, frames[0].line, inlined)
        else:
            assembled = self._assembled.at(address)
            if assembled is None:
                return None
            place = SourceLine(*assembled)
        return self._lines.setdefault(place, place)


def _read(document: Any) -> dict[int, SourceLine | None]:
    """Return the lines by address that `write_cache` wrote; none if `document` is anything else."""
    try:
        lines = [
            SourceLine(str(name), int(line), tuple(map(str, inlined)))
            for name, line, inlined in document["places"]
        ]
        return {
            int(address): None if number is None else lines[number]
            for address, number in zip(document["addresses"], document["numbers"], strict=True)
        }
    except (ValueError, TypeError, LookupError):
        return {}


def _frames(cache: Any | None, address: int) -> Any:
    """The calls that were inlined at an address, the innermost first; none in damaged tables."""
    try:
        return cache.lookup(address) if cache is not None else ()
    except Exception:
        return ()


def _open(path: Path) -> Any | None:
    from symbolic.debuginfo import Archive

    try:
        content = _adapted(read_regular(path, MAX_FILE_BYTES))
        archive = Archive.from_bytes(content)
        (image,) = archive.iter_objects()
        return image.make_symcache() if "debug" in image.features else None
    except Exception:  # whatever damaged debug information leads its readers to
        return None


def _adapted(content: bytes) -> bytes:
    """Return the ELF file `content` without what misleads `symbolic`.

    It takes the Thumb bit of a symbol for a part of its address, and counts addresses from the
    first segment. Lines of code that the linker dropped start at 0, where a part may have its
    flash.
    """
    elf = ELFFile(io.BytesIO(content))
    changed = bytearray(content)
    struct.pack_into("<H", changed, _SEGMENT_COUNT, 0)
    symbols = elf.get_section_index(".symtab")
    if symbols is not None:
        header = elf["e_shoff"] + symbols * elf["e_shentsize"]
        struct.pack_into("<I", changed, header + _SECTION_TYPE, ENUM_SH_TYPE_BASE["SHT_NULL"])
    lines = elf.get_section_by_name(".debug_line")
    if lines is not None:
        start, end = lines["sh_offset"], lines["sh_offset"] + lines["sh_size"]
        changed[start:end] = changed[start:end].replace(_AT_ZERO, _NOWHERE)
    return bytes(changed)
