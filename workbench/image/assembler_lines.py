"""Source lines of code that an assembler wrote with -g.

Its debug information has lines but no functions; `symbolic` tells only lines within functions.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

_NOTHING: tuple[list[int], list[tuple[str, int] | None]] = ([], [])


class AssemblerLines:
    """The lines of one ELF file's compilation units, each read when an address in it is asked for.

    What is damaged has none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tables: dict[int, tuple[list[int], list[tuple[str, int] | None]]] = {}

    def at(self, address: int) -> tuple[str, int] | None:
        """Return the file and the line, from 1, of the instruction at `address`."""
        try:
            unit = self._units.cu_offset_at_addr(address) if self._units is not None else None
            if unit is None:
                return None
            if unit not in self._tables:
                self._tables[unit] = _NOTHING
                self._tables[unit] = self._read(unit)
        except Exception:  # whatever damaged debug information leads pyelftools to
            return None
        starts, lines = self._tables[unit]
        index = bisect_right(starts, address) - 1
        return lines[index] if index >= 0 else None

    @cached_property
    def _dwarf(self) -> Any | None:
        with self._path.open("rb") as stream:
            elf = ELFFile(stream)
            return elf.get_dwarf_info() if elf.has_dwarf_info() else None

    @cached_property
    def _units(self) -> Any | None:
        return self._dwarf.get_aranges() if self._dwarf is not None else None

    def _read(self, offset: int) -> tuple[list[int], list[tuple[str, int] | None]]:
        assert self._dwarf is not None
        unit = self._dwarf.get_CU_at(offset)
        program = self._dwarf.line_program_for_CU(unit)
        folder = unit.get_top_DIE().attributes.get("DW_AT_comp_dir")
        names = _file_names(program.header, folder.value.decode() if folder else "")
        rows: dict[int, tuple[str, int] | None] = {}
        begins, dropped = True, False
        for entry in program.get_entries():
            state = entry.state
            if state is None:
                continue
            if begins:
                dropped = state.address == 0  # by the linker; a vector table may be there instead
            begins = state.end_sequence
            if dropped:
                continue
            if state.end_sequence:
                rows.setdefault(state.address, None)
            elif state.line:
                rows[state.address] = names[state.file], state.line
        starts = sorted(rows)
        return starts, [rows[start] for start in starts]


def _file_names(header: Any, compiled_in: str) -> dict[int, str]:
    """File names by the number that the line program uses (from 0 in DWARF 5, from 1 before)."""
    first = 0 if header["version"] >= 5 else 1
    folders = [_text(one) for one in header["include_directory"]]
    if first:
        folders.insert(0, compiled_in)
    names = {}
    for number, file in enumerate(header["file_entry"], start=first):
        path = Path(folders[file["dir_index"]], file.name.decode(errors="replace"))
        names[number] = str(Path(compiled_in) / path)
    return names


def _text(value: Any) -> str:
    """A folder: bytes, or what DWARF 5 says of it."""
    raw = value if isinstance(value, bytes) else value.DW_LNCT_path
    return str(raw.decode(errors="replace"))
