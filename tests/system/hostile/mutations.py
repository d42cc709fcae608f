"""Damage to files: bytes, words, lines and values, cut, doubled and exchanged."""

from __future__ import annotations

import hashlib
import io
import random
import re
import struct
import zipfile
from collections.abc import Callable

Mutation = Callable[[random.Random, bytes], bytes]

_WORDS = (0, 1, 2, 3, 4, 8, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF)
_WIDE = (*_WORDS, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x2000_0000, 0x0800_0000, 0xE000_0000)
_NUMBERS = (
    *("0", "-1", "1", "7", "0x0", "0xFFFFFFFF", "0x100000000", "0xFFFFFFFFFFFFFFFF", "1e26", "nan"),
    *("1.5", "true", "none", "empty", '"x"', "[1, 2]", "{}", "[]", "<0, 1>", "<0x0, +0x0>", "''"),
    *("9" * 30, "9" * 5000, "[" * 500, "{a=" * 500, "new A { }", "sysbus", "0x20000000", "0x8"),
)
_HEAD = 4096  # bytes at the begin and the end, where formats keep their structure


def binary(rng: random.Random, content: bytes) -> bytes:
    """A few changed bytes or words, most of them near an end of the file; sometimes it is cut."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        _damage(rng, data)
    kind = rng.random()
    if kind < 0.05:
        del data[rng.randrange(len(data)) :]
    elif kind < 0.08:
        data += rng.randbytes(rng.randrange(1, 400))
    return bytes(data)


def _damage(rng: random.Random, data: bytearray) -> None:
    near = min(len(data), _HEAD)
    places = (rng.randrange(near), len(data) - 1 - rng.randrange(near), rng.randrange(len(data)))
    at = rng.choice(places)
    kind = rng.random()
    if kind < 0.3:
        data[at] = rng.randrange(256)
    elif kind < 0.5:
        data[at] ^= 1 << rng.randrange(8)
    elif len(data) >= 4:
        width = rng.choice("HI")
        size = struct.calcsize(width)
        at = min(at & ~(size - 1), len(data) - size)
        (old,) = struct.unpack_from(f"<{width}", data, at)
        new = rng.choice(_WIDE) if rng.random() < 0.7 else old + rng.randrange(-64, 65)
        struct.pack_into(f"<{width}", data, at, new & ((1 << 8 * size) - 1))


def elf(rng: random.Random, content: bytes) -> bytes:
    """As `binary`, with half of the damage in the headers of segments and sections."""
    if rng.random() < 0.5:
        return binary(rng, content)
    data = bytearray(content)
    programs, sections = struct.unpack_from("<II", data, 28)  # e_phoff, e_shoff
    _, program_count, _, section_count = struct.unpack_from("<4H", data, 42)
    for _ in range(rng.choice((1, 1, 2, 4))):
        table, size, count = rng.choice(
            ((0, 52, 1), (programs, 32, program_count), (sections, 40, section_count))
        )
        at = table + 4 * rng.randrange(max(1, size * count // 4))
        if at + 4 <= len(data):
            (old,) = struct.unpack_from("<I", data, at)
            new = rng.choice((*_WIDE, old + 1, old * 2, old - 1, rng.getrandbits(32)))
            struct.pack_into("<I", data, at, new & 0xFFFF_FFFF)
    return bytes(data)


def text(rng: random.Random, content: bytes) -> bytes:
    """Numbers, words and lines exchanged, doubled or left out; sometimes bytes as in `binary`."""
    if rng.random() < 0.1:
        return binary(rng, content)
    lines = content.decode().splitlines()
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        at = rng.randrange(len(lines))
        kind = rng.random()
        if kind < 0.7:
            lines[at] = _other_value(rng, lines[at])
        elif kind < 0.78:
            del lines[at]
        elif kind < 0.86:
            lines.insert(at, rng.choice(lines))
        elif kind < 0.93:
            lines[at] = rng.choice(("    ", "        ", "\t", "")) + lines[at].strip()
        else:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        if not lines:
            lines = [""]
    return "\n".join(lines).encode()


def _other_value(rng: random.Random, line: str) -> str:
    numbers = r"0x[0-9A-Fa-f_]+|\d[\d_]*"
    values = list(re.finditer(numbers, line)) if rng.random() < 0.7 else []
    values = values or list(re.finditer(r'0x[0-9A-Fa-f_]+|\d[\d_]*|"[^"]*"|\w+', line))
    if not values:
        return rng.choice(_NUMBERS)
    found = rng.choice(values)
    return line[: found.start()] + rng.choice(_NUMBERS) + line[found.end() :]


def npz(rng: random.Random, content: bytes) -> bytes:
    """A damaged archive, or a sound one with a damaged member."""
    if rng.random() < 0.4:
        return binary(rng, content)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        names = old.namelist()
        damaged = rng.choice(names)
        for name in names:
            member = old.read(name)
            kind = rng.random()
            if name == damaged:
                member = npy(rng, member)
                if kind < 0.1:
                    continue
                if kind < 0.15:
                    member = old.read(rng.choice(names))
            new.writestr(name, member)
    return packed.getvalue()


def npy(rng: random.Random, content: bytes) -> bytes:
    """An .npy whose header says something else, or as in `binary`."""
    if rng.random() < 0.5:
        return binary(rng, content)
    types = ("<f2", "<f8", "|i1", "|u1", "<i8", "|O", "<U0", "|V0", "|b1", "<c8", ">f4", "<M8[s]")
    shapes = ("()", "(0,)", "(1, 49, 10)", "(49, 10)", "(1000000000000,)", "(2, -1)", "(1,) * 99")
    header = content[10:].split(b"\n", 1)
    said = header[0].decode("latin-1")
    if rng.random() < 0.5:
        said = re.sub(r"'descr': '[^']*'", f"'descr': '{rng.choice(types)}'", said)
    else:
        said = re.sub(r"'shape': \([^)]*\)", f"'shape': {rng.choice(shapes)}", said)
    rest = header[1] if len(header) > 1 else b""
    return content[:8] + struct.pack("<H", len(said) + 1) + said.encode("latin-1") + b"\n" + rest


def wav(rng: random.Random, content: bytes) -> bytes:
    """Damage in the header, or as in `binary`."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2))):
        at = 2 * rng.randrange(22)
        struct.pack_into("<H", data, at, rng.choice((*_WORDS, rng.getrandbits(16))))
    return binary(rng, content) if rng.random() < 0.3 else bytes(data)


_SNAPSHOT_HEAD = len(b"workbench snapshot 2\n")
_DIGEST = hashlib.sha256().digest_size


def snapshot(rng: random.Random, content: bytes) -> bytes:
    """Damage with a digest that fits it, so that more than the digest is tried."""
    body = content[_SNAPSHOT_HEAD + 2 * _DIGEST :]
    if rng.random() < 0.1:
        return binary(rng, content)
    if rng.random() < 0.3:
        body = binary(rng, body)
    else:
        (size,) = struct.unpack_from("<I", body)
        document = _other_number(rng, body[4 : 4 + size])
        body = struct.pack("<I", len(document)) + document + body[4 + size :]
    seal = content[_SNAPSHOT_HEAD + _DIGEST :][:_DIGEST]
    return content[:_SNAPSHOT_HEAD] + hashlib.sha256(body).digest() + seal + body


def _other_number(rng: random.Random, document: bytes) -> bytes:
    """A JSON document with another value or two in it."""
    numbers = ("0", "-1", "1", "4294967296", "1e9", "9" * 25, "NaN")
    values = (*numbers, "true", "null", '"x"', "[]", "{}")
    for _ in range(rng.choice((1, 1, 2, 3))):
        found = list(re.finditer(rb"(?<=[\[ ,:])(-?\d+|true|false|null)(?=[\],}])", document))
        if found:
            one = rng.choice(found)
            document = document[: one.start()] + rng.choice(values).encode() + document[one.end() :]
    return document
