"""The reader where there is no C extension: the same places, more slowly.

It also takes over what the C reader refuses, and gives what it finds up to the damage.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.dwarf.ranges import BaseAddressEntry
from elftools.elf.elffile import ELFFile

from workbench.demangle import demangle
from workbench.dwarf import Place, place_name

_INLINED, _SUBPROGRAM = "DW_TAG_inlined_subroutine", "DW_TAG_subprogram"
_NAMES = ("DW_AT_linkage_name", "DW_AT_MIPS_linkage_name", "DW_AT_name")  # the second before DWARF 4
_MAX_ORIGINS = 8  # a chain of abstract origins is two or three long
_FIRST_CODE = 8  # behind the initial stack pointer and the reset vector; what lies at 0 was dropped

Line = tuple[str, int]


@dataclass(frozen=True)
class _Inlined:
    """One inlined call: the function, and the code it became: [start, end)."""

    name: str
    start: int
    end: int


@dataclass
class _Found:
    addresses: Sequence[int]
    lines: dict[int, Line]
    inlined: list[_Inlined]

    def within(self, start: int, end: int) -> Sequence[int]:
        """The addresses in [start, end)."""
        return self.addresses[bisect_left(self.addresses, start) : bisect_left(self.addresses, end)]


def read_portably(path: Path, addresses: Sequence[int]) -> dict[int, Place]:
    """Return the places of `addresses`, which ascend; what is damaged is left out."""
    found = _Found(addresses, {}, [])
    try:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            if elf.has_dwarf_info():
                _read(elf.get_dwarf_info(), found)
    except Exception:  # whatever damaged debug information leads pyelftools to
        pass
    inlined = _InlineTable(found.inlined)
    return {
        address: Place(*found.lines[address], inlined.at(address))
        for address in addresses
        if address in found.lines
    }


class _InlineTable:
    """The inlined calls around an address."""

    def __init__(self, calls: Sequence[_Inlined]) -> None:
        self._calls = sorted(calls, key=lambda one: (one.start, -one.end))
        self._starts = [one.start for one in self._calls]
        self._longest = max((one.end - one.start for one in calls), default=0)

    def at(self, address: int) -> tuple[str, ...]:
        """Return the names of the functions inlined at `address`, outermost first."""
        last = bisect_right(self._starts, address)
        first = bisect_right(self._starts, address - self._longest)
        return tuple(one.name for one in self._calls[first:last] if address < one.end)


def _read(dwarf: Any, found: _Found) -> None:
    lists = dwarf.range_lists()
    for unit in dwarf.iter_CUs():
        top = unit.get_top_DIE()
        if top.tag not in ("DW_TAG_compile_unit", "DW_TAG_skeleton_unit"):
            continue
        extents = list(_all_ranges(top, unit, lists))
        if extents and not any(found.within(*extent) for extent in extents):
            continue
        _read_lines(dwarf, unit, found)
        for entry in top.iter_children():
            _read_calls(entry, unit, lists, found)


def _read_lines(dwarf: Any, unit: Any, found: _Found) -> None:
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return
    names = _file_names(program.header)
    start: int | None = None  # of the sequence
    line: Line | None = None  # from `begin` on
    begin = 0
    for entry in program.get_entries():
        state = entry.state
        if state is None:
            continue
        start = state.address if start is None else start
        if line is not None and start >= _FIRST_CODE:
            found.lines.update(dict.fromkeys(found.within(begin, state.address), line))
        begin = state.address
        if state.end_sequence:
            start = line = None
        elif state.line:
            line = names.get(state.file, "?"), state.line


def _file_names(header: Any) -> dict[int, str]:
    """File names by the index that the line program uses (from 0 in DWARF 5, from 1 before)."""
    version5 = header["version"] >= 5
    directories = [_bytes(d) for d in header["include_directory"]]
    names = {}
    for index, file in enumerate(header["file_entry"], start=0 if version5 else 1):
        directory = file["dir_index"] - (0 if version5 else 1)
        in_range = 0 <= directory < len(directories)
        names[index] = place_name(directories[directory] if in_range else b"", file.name)
    return names


def _bytes(value: object) -> bytes:
    raw = value if isinstance(value, bytes) else getattr(value, "DW_LNCT_path", b"")
    return raw if isinstance(raw, bytes) else str(raw).encode()


def _read_calls(entry: Any, unit: Any, lists: Any, found: _Found) -> None:
    """Collect the inlined calls in a DIE; functions that were not asked for are passed over."""
    if entry.tag in (_INLINED, _SUBPROGRAM):
        asked = [r for r in _ranges(entry, unit, lists) if found.within(*r)]
        if not asked:
            return
        if entry.tag == _INLINED:
            found.inlined.extend(_Inlined(_name(entry), *extent) for extent in asked)
    if entry.has_children:
        for child in entry.iter_children():
            _read_calls(child, unit, lists, found)


def _ranges(entry: Any, unit: Any, lists: Any) -> Iterator[tuple[int, int]]:
    """The code of a DIE, without what the linker dropped."""
    return (extent for extent in _all_ranges(entry, unit, lists) if extent[0] >= _FIRST_CODE)


def _all_ranges(entry: Any, unit: Any, lists: Any) -> Iterator[tuple[int, int]]:
    attributes = entry.attributes
    if "DW_AT_ranges" in attributes:
        base = unit.get_top_DIE().attributes.get("DW_AT_low_pc")
        offset = base.value if base else 0
        if unit.header["version"] >= 5:
            pieces = lists.get_range_list_at_offset(attributes["DW_AT_ranges"].value, unit)
        else:
            pieces = lists.get_range_list_at_offset(attributes["DW_AT_ranges"].value)
        for piece in pieces:
            if isinstance(piece, BaseAddressEntry):
                offset = piece.base_address
            else:
                shift = 0 if getattr(piece, "is_absolute", False) else offset
                yield piece.begin_offset + shift, piece.end_offset + shift
    elif "DW_AT_low_pc" in attributes and "DW_AT_high_pc" in attributes:
        start, high = attributes["DW_AT_low_pc"].value, attributes["DW_AT_high_pc"]
        yield start, high.value if high.form == "DW_FORM_addr" else start + high.value


def _name(entry: Any) -> str:
    for _ in range(_MAX_ORIGINS):
        for key in _NAMES:
            if key in entry.attributes:
                return demangle(entry.attributes[key].value.decode(errors="replace"))
        for key in ("DW_AT_abstract_origin", "DW_AT_specification"):
            if key in entry.attributes:
                entry = entry.get_DIE_from_attribute(key)
                break
        else:
            break
    return "?"
