"""Where code comes from: source lines, and the functions that the compiler put in place of calls.

From the DWARF debug information of an ELF file, read by `symbolic`.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.enums import ENUM_SH_TYPE_BASE

from workbench.demangle import demangle

_SEGMENT_COUNT = 44  # e_phnum in the file header, 16 bits (System V ABI, ELF32)
_SECTION_TYPE = 4  # sh_type in a section header, 32 bits
_AT_ZERO = b"\0\5\2" + struct.pack("<I", 0)  # DW_LNE_set_address (DWARF 5, 6.2.5.3)
_NOWHERE = b"\0\5\2" + struct.pack("<I", 0xFFFF_0000)


@dataclass(frozen=True)
class Place:
    """A line of a source file, `file` as the compiler recorded it, `line` from 1.

    inlined: the functions that were put in place of calls there, outermost first.
    """

    file: str
    line: int
    inlined: tuple[str, ...] = ()


class Places:
    """The places of one ELF file, looked up by address."""

    def __init__(self, path: Path) -> None:
        """What has no debug information, or damaged one, has no places: they are an extra."""
        self._cache = _open(path)
        self._known: dict[int, Place | None] = {}
        self._places: dict[Place, Place] = {}

    def at(self, address: int) -> Place | None:
        """Return where the instruction at `address` comes from, or None; equal places are one."""
        if address not in self._known:
            self._known[address] = self._look_up(address)
        return self._known[address]

    def _look_up(self, address: int) -> Place | None:
        frames = self._cache.lookup(address) if self._cache is not None else ()
        if not frames or not frames[0].line:
            return None
        inlined = tuple(demangle(frame.symbol) for frame in reversed(frames[:-1]))
        place = Place(frames[0].full_path, frames[0].line, inlined)
        return self._places.setdefault(place, place)


def _open(path: Path) -> Any | None:
    from symbolic.debuginfo import Archive
    from symbolic.exceptions import SymbolicError

    try:
        content = _adapted(path.read_bytes())
        archive = Archive.from_bytes(content)
        (image,) = archive.iter_objects()
        return image.make_symcache() if "debug" in image.features else None
    except (OSError, ELFError, SymbolicError, struct.error):
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
