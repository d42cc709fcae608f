"""Where code comes from: source lines, and the functions that the compiler put in place of calls.

From the DWARF debug information (versions 2 to 5) of an ELF file. Only what was asked for is read,
by a reader in C, because reading all of it takes longer than running the program; where that is
not there or does not know what it reads, by one in Python.
"""

from __future__ import annotations

import importlib
from array import array
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.demangle import demangle
from workbench.dwarf.sections import DEBUG_SECTIONS, debug_sections

_NO_LINE = 0
_END_OF_CHAIN = -1


@dataclass(frozen=True)
class Place:
    """A line of a source file, `file` as the compiler recorded it, `line` from 1.

    inlined: the functions that were put in place of calls there, outermost first.
    """

    file: str
    line: int
    inlined: tuple[str, ...] = ()


def read_places(path: Path, addresses: Collection[int]) -> dict[int, Place]:
    """Return where the code at `addresses` of the ELF file `path` comes from.

    What has no debug information, or damaged one, is left out: it is an extra.
    """
    ordered = sorted(addresses)
    native = _native_module()
    if native is not None:
        try:
            return _read(native, path, ordered)
        except (OSError, ValueError):
            pass  # damaged, or of a kind that the C reader does not know
    from workbench.dwarf.portable import read_portably

    return read_portably(path, ordered)


def place_name(directory: bytes, name: bytes) -> str:
    """Return the path of a source file as text."""
    path = name if not directory or name.startswith(b"/") else directory + b"/" + name
    return path.decode(errors="replace")


def _read(native: Any, path: Path, addresses: list[int]) -> dict[int, Place]:
    found = debug_sections(path)
    if not found:
        return {}
    sections = (found.get(name, b"") for name in DEBUG_SECTIONS)
    wanted = array("I", addresses)
    files, names, chains, rows = native.read(*sections, wanted.tobytes())
    paths = [place_name(*file) for file in files]
    inlined = _chains(chains, [demangle(name.decode(errors="replace")) for name in names])
    columns = array("i", rows)
    places: dict[tuple[int, int, int], Place] = {}
    located = {}
    for address, row in zip(
        addresses, zip(columns[::3], columns[1::3], columns[2::3], strict=True), strict=True
    ):
        file, line, chain = row
        if line == _NO_LINE:
            continue
        place = places.get(row)
        if place is None:
            place = places[row] = Place(paths[file], line, inlined[chain])
        located[address] = place
    return located


def _chains(numbers: bytes, names: list[str]) -> list[tuple[str, ...]]:
    chains: list[tuple[str, ...]] = []
    chain: list[str] = []
    for number in array("i", numbers):
        if number == _END_OF_CHAIN:
            chains.append(tuple(chain))
            chain = []
        else:
            chain.append(names[number])
    return chains


def _native_module() -> Any | None:
    try:
        return importlib.import_module("workbench.dwarf._dwarf")
    except ImportError:
        return None
