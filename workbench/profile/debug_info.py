"""Source lines of executed code, and the functions that the compiler put in place of calls there.

From DWARF; only the compilation units and functions that were executed are read, because reading
all of it takes longer than running the program.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.dwarf.ranges import BaseAddressEntry
from elftools.elf.elffile import ELFFile

from workbench.demangle import demangle
from workbench.lines import LineTable, SourceLine, line_table, read_unit

_INLINED, _SUBPROGRAM = "DW_TAG_inlined_subroutine", "DW_TAG_subprogram"
_MAX_ORIGINS = 8  # a chain of abstract origins is two or three long


@dataclass(frozen=True)
class Inlined:
    """One inlined call: the function, and the code it became: [start, end)."""

    name: str
    start: int
    end: int


class InlineTable:
    """The inlined calls around an address."""

    def __init__(self, calls: Collection[Inlined]) -> None:
        ordered = sorted(calls, key=lambda one: (one.start, -one.end))
        self._calls = ordered
        self._starts = [one.start for one in ordered]
        self._longest = max((one.end - one.start for one in ordered), default=0)

    def at(self, address: int) -> tuple[str, ...]:
        """Return the names of the functions inlined at `address`, outermost first."""
        last = bisect_right(self._starts, address)
        first = bisect_right(self._starts, address - self._longest)
        return tuple(one.name for one in self._calls[first:last] if address < one.end)


def read_debug(path: Path, addresses: Collection[int]) -> tuple[LineTable, InlineTable]:
    """Return lines and inlined calls (DW_TAG_inlined_subroutine) of the code at `addresses`.

    What is damaged is left out: it is an extra.
    """
    rows: dict[int, SourceLine | None] = {}
    found: list[Inlined] = []
    try:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            if elf.has_dwarf_info():
                _read(elf.get_dwarf_info(), sorted(addresses), rows, found)
    except Exception:  # whatever damaged debug information leads pyelftools to
        pass
    return line_table(rows), InlineTable(found)


def _read(
    dwarf: Any,
    addresses: list[int],
    rows: dict[int, SourceLine | None],
    found: list[Inlined],
) -> None:
    lists = dwarf.range_lists()
    for unit in _units(dwarf, addresses):
        read_unit(dwarf, unit, rows)
        for entry in unit.get_top_DIE().iter_children():
            _read_calls(entry, unit, lists, addresses, found)


def _units(dwarf: Any, addresses: list[int]) -> Iterator[Any]:
    """The compilation units that hold any of `addresses`; all where .debug_aranges is missing."""
    table = dwarf.get_aranges()
    if table is None:
        yield from dwarf.iter_CUs()
        return
    for offset in sorted({table.cu_offset_at_addr(address) for address in addresses} - {None}):
        yield dwarf.get_CU_at(offset)


def _read_calls(
    entry: Any, unit: Any, lists: Any, addresses: list[int], found: list[Inlined]
) -> None:
    """Collect the executed inlined calls in a DIE; functions that did not run are skipped."""
    if entry.tag in (_INLINED, _SUBPROGRAM):
        ran = [r for r in _ranges(entry, unit, lists) if _any_within(addresses, *r)]
        if not ran:
            return
        if entry.tag == _INLINED:
            found.extend(Inlined(_name(entry), *extent) for extent in ran)
    if entry.has_children:
        for child in entry.iter_children():
            _read_calls(child, unit, lists, addresses, found)


def _any_within(addresses: list[int], start: int, end: int) -> bool:
    index = bisect_right(addresses, start - 1)
    return index < len(addresses) and addresses[index] < end


def _ranges(entry: Any, unit: Any, lists: Any) -> Iterator[tuple[int, int]]:
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
        for key in ("DW_AT_linkage_name", "DW_AT_name"):
            if key in entry.attributes:
                return demangle(entry.attributes[key].value.decode(errors="replace"))
        for key in ("DW_AT_abstract_origin", "DW_AT_specification"):
            if key in entry.attributes:
                entry = entry.get_DIE_from_attribute(key)
                break
        else:
            break
    return "?"
