"""The debug sections of an ELF file, uncompressed."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

DEBUG_SECTIONS = (
    ".debug_info",
    ".debug_abbrev",
    ".debug_line",
    ".debug_str",
    ".debug_line_str",
    ".debug_ranges",
    ".debug_rnglists",
    ".debug_addr",
    ".debug_str_offsets",
)
"""Those that source lines and inlined calls are in, in the order of the C reader."""

# ELF for the Arm Architecture and the System V ABI: 32-bit, little-endian.
_SECTION_TABLE = struct.Struct("<32xI10xHHH")  # e_shoff; e_shentsize, e_shnum, e_shstrndx
_SECTION = struct.Struct("<IIIIII")  # sh_name, sh_type, sh_flags, sh_addr, sh_offset, sh_size
_COMPRESSION = struct.Struct("<III")  # ch_type, ch_size, ch_addralign
_SHF_COMPRESSED, _ZLIB = 0x800, 1
_MAX_BYTES = 1 << 30


def debug_sections(path: Path) -> dict[str, bytes]:
    """Return the debug sections of `path` by name; empty where it has no debug information.

    Raises OSError where it cannot be read, ValueError where it is damaged.
    """
    content = path.read_bytes()
    try:
        table, entry_bytes, count, names_index = _SECTION_TABLE.unpack_from(content)
        headers = [_SECTION.unpack_from(content, table + i * entry_bytes) for i in range(count)]
        names = _bytes_of(content, headers[names_index])
        named = ((_name(names, header[0]), header) for header in headers)
        found = {name: _bytes_of(content, h) for name, h in named if name in DEBUG_SECTIONS}
    except (struct.error, IndexError, zlib.error) as error:
        raise ValueError(f"{path}: {error}") from None
    return found if ".debug_info" in found else {}


def _name(names: bytes, offset: int) -> str:
    return names[offset : names.index(b"\0", offset)].decode(errors="replace")


def _bytes_of(content: bytes, header: tuple[int, ...]) -> bytes:
    flags, offset, size = header[2], header[4], header[5]
    data = content[offset : offset + size]
    if len(data) < size:
        raise ValueError("a section is truncated")
    if not flags & _SHF_COMPRESSED:
        return data
    kind, size, _ = _COMPRESSION.unpack_from(data)
    if kind != _ZLIB or size > _MAX_BYTES:
        raise ValueError("a section is compressed in an unknown way")
    return zlib.decompressobj().decompress(data[_COMPRESSION.size :], size)
