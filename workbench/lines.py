"""Source lines of an ELF image, from its DWARF line programs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.elf.elffile import ELFFile


@dataclass(frozen=True)
class SourceLine:
    """A line of a source file, `file` as the compiler recorded it, `line` from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class LineTable:
    """Rows of the line programs: `starts[i]` up to `starts[i + 1]` belongs to `lines[i]`."""

    starts: tuple[int, ...] = ()
    lines: tuple[SourceLine | None, ...] = ()

    def at(self, address: int) -> SourceLine | None:
        """Return the line that the instruction at `address` was compiled from, or None."""
        index = bisect_right(self.starts, address) - 1
        return self.lines[index] if index >= 0 else None


def read_lines(path: Path) -> LineTable:
    """Return the line table of the ELF file at `path`; what is damaged is left out."""
    rows: dict[int, SourceLine | None] = {}
    try:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            if not elf.has_dwarf_info():
                return LineTable()
            dwarf = elf.get_dwarf_info()
            for unit in dwarf.iter_CUs():
                read_unit(dwarf, unit, rows)
    except Exception:  # whatever damaged debug information leads pyelftools to
        pass  # lines are an extra: what was read so far is right
    return line_table(rows)


def line_table(rows: Mapping[int, SourceLine | None]) -> LineTable:
    """Return the table that holds `rows`."""
    starts = tuple(sorted(rows))
    return LineTable(starts, tuple(rows[start] for start in starts))


def read_unit(dwarf: DWARFInfo, unit: CompileUnit, rows: dict[int, SourceLine | None]) -> None:
    """Put the rows of one compilation unit into `rows`: start address -> line, None for an end."""
    program = dwarf.line_program_for_CU(unit)
    if program is None:
        return
    names = _file_names(program.header)
    for entry in program.get_entries():
        state = entry.state
        if state is None or state.address == 0:  # 0: code that the linker dropped
            continue
        if state.end_sequence:
            rows.setdefault(state.address, None)
        elif state.line:
            rows[state.address] = SourceLine(names.get(state.file, "?"), state.line)


def _file_names(header: Any) -> dict[int, str]:
    """File names by the index that the line program uses (from 0 in DWARF 5, from 1 before)."""
    version5 = header["version"] >= 5
    directories = [_text(d) for d in header["include_directory"]]
    names = {}
    for index, file in enumerate(header["file_entry"], start=0 if version5 else 1):
        directory = file["dir_index"] - (0 if version5 else 1)
        name = file.name.decode(errors="replace")
        in_range = 0 <= directory < len(directories)
        names[index] = f"{directories[directory]}/{name}" if in_range else name
    return names


def _text(value: object) -> str:
    raw = value if isinstance(value, bytes) else getattr(value, "DW_LNCT_path", b"")
    return raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
