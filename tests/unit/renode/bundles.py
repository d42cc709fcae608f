"""Makes .NET single-file programs, as Microsoft.NET.HostModel's Bundler lays them out."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping

SIGNATURE = hashlib.sha256(b".net core bundle\n").digest()
HOST = b"\x7fELF" + bytes(60)
ASSEMBLY = 1  # a file's type


def apphost() -> bytes:
    """A host that starts assemblies beside it: the same signature, and no manifest."""
    return HOST + bytes(8) + SIGNATURE + bytes(100)


def bundle(
    files: Mapping[str, bytes], major: int = 6, compress: bool = False, host: bytes = HOST
) -> bytes:
    """A program that holds `files`; major version 2 is .NET 5's, 6 that of .NET 6 and later."""
    begin = len(host) + 8 + len(SIGNATURE)
    stored, entries, offset = b"", b"", begin
    for name, data in files.items():
        kept = _deflated(data) if compress else data
        entries += struct.pack("<qq", offset, len(data))
        if major >= 6:
            entries += struct.pack("<q", len(kept) if compress else 0)
        entries += struct.pack("<B", ASSEMBLY) + _text(name)
        stored += kept
        offset += len(kept)
    header = struct.pack("<IIi", major, 0, len(files)) + _text("identity")
    if major >= 2:
        header += struct.pack("<qqqqQ", 0, 0, 0, 0, 0)
    return host + struct.pack("<q", offset) + SIGNATURE + stored + header + entries


def _text(text: str) -> bytes:
    data, length = text.encode(), b""
    size = len(data)
    while size >= 0x80:
        length += bytes([size & 0x7F | 0x80])
        size >>= 7
    return length + bytes([size]) + data


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()
