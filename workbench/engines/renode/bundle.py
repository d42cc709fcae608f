"""Reading a .NET single-file program: the portable Renode up to 1.16 is one.

Layout: docs/design/features/host-components.md and src/installer/managed/
Microsoft.NET.HostModel/Bundle/{Manifest,FileEntry}.cs in dotnet/runtime. All numbers are
little-endian. The host program holds the manifest's offset right before a fixed signature.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

# What Microsoft.NET.HostModel searches the host program for.
_SIGNATURE = hashlib.sha256(b".net core bundle\n").digest()
_HEADER = struct.Struct("<IIi")  # major version, minor version, number of files
_V2 = struct.Struct("<qqqqQ")  # places of deps.json and runtimeconfig.json, flags
_COMPRESSED_SINCE = 6  # major version of .NET 6's manifest, whose entries have a third length
_MAX_FILES = 10_000
_RAW_DEFLATE = -15  # zlib's wbits


class BundleError(Exception):
    """The file is a single-file program that is cut short or damaged."""


@dataclass(frozen=True)
class Entry:
    """One file of a bundle; `stored` bytes at `offset`, `size` of them once inflated."""

    path: str
    offset: int
    size: int
    stored: int
    is_compressed: bool


def entries(program: Path) -> list[Entry] | None:
    """Return the files in `program`; None where it is not a single-file program.

    Raises BundleError where it is one and is damaged.
    """
    with program.open("rb") as stream:
        offset = _manifest_offset(stream)
        if not offset:
            return None
        length = program.stat().st_size
        if offset >= length:
            raise BundleError(f"it is cut short: its list of files lies behind its end, {length}")
        stream.seek(offset)
        try:
            found = list(_entries(stream))
        except (struct.error, UnicodeDecodeError, IndexError):
            raise BundleError("its list of files is damaged") from None
    for entry in found:
        if entry.offset < 0 or entry.stored < 0 or entry.offset + entry.stored > length:
            raise BundleError(f"it is cut short: {entry.path} lies behind its end")
        if entry.path.startswith("/") or ".." in PurePosixPath(entry.path).parts:
            raise BundleError(f"it names a file outside itself: {entry.path}")
    return found


def extract(program: Path, found: list[Entry], folder: Path) -> None:
    """Write the files of `program` below `folder`."""
    with program.open("rb") as stream:
        for entry in found:
            stream.seek(entry.offset)
            data = stream.read(entry.stored)
            if entry.is_compressed:
                data = _inflated(entry, data)
            target = folder / entry.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def _inflated(entry: Entry, data: bytes) -> bytes:
    try:
        inflated = zlib.decompressobj(_RAW_DEFLATE).decompress(data, entry.size + 1)
    except zlib.error:
        raise BundleError(f"{entry.path} in it is damaged") from None
    if len(inflated) != entry.size:
        raise BundleError(f"{entry.path} in it is damaged")
    return inflated


def _manifest_offset(stream: IO[bytes]) -> int:
    """Where the manifest is, 0 where the program carries none (an apphost has the signature)."""
    chunk, before = 1 << 20, b""
    while data := stream.read(chunk):
        window = before + data
        place = window.find(_SIGNATURE)
        if place >= 8:
            return int.from_bytes(window[place - 8 : place], "little")
        before = window[-(len(_SIGNATURE) + 8) :]
    return 0


def _entries(stream: IO[bytes]) -> Iterator[Entry]:
    major, _, count = _read(stream, _HEADER)
    if not 0 <= count <= _MAX_FILES:
        raise IndexError(count)
    _text(stream)  # the bundle's identity
    if major >= 2:
        _read(stream, _V2)
    numbers = struct.Struct("<qqqB" if major >= _COMPRESSED_SINCE else "<qqB")
    for _ in range(count):
        offset, size, *compressed, _kind = _read(stream, numbers)
        packed = compressed[0] if compressed else 0  # 0: it is stored as it is
        yield Entry(_text(stream), offset, size, packed or size, bool(packed))


def _read(stream: IO[bytes], layout: struct.Struct) -> tuple[int, ...]:
    return layout.unpack(stream.read(layout.size))


def _text(stream: IO[bytes]) -> str:
    """A string as .NET's BinaryWriter writes it: its length in groups of seven bits, UTF-8."""
    length, shift = 0, 0
    while True:
        byte = stream.read(1)[0]
        length |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
        shift += 7
    data = stream.read(length)
    if len(data) != length:
        raise IndexError(length)
    return data.decode()
