"""Call frame information of DWARF (.debug_frame, .eh_frame), decoded by pyelftools."""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from elftools.dwarf.callframe import FDE, CFARule, RegisterRule
from elftools.elf.elffile import ELFFile

from workbench.fault.frames import CALLEE_SAVED, Context, How, register_name
from workbench.fault.memory import View

_LR = 14
_MASK = 0xFFFFFFFF


@dataclass(frozen=True)
class _Range:
    start: int
    end: int
    entry: Any


class CallFrames:
    """The call frame information of one ELF file; damaged entries are as if they were not there."""

    def __init__(self, content: bytes, starts: frozenset[int]) -> None:
        """`starts`: where functions start, for the entries of functions that were dropped."""
        self._content = content
        self._function_starts = starts
        self._tables: dict[int, list[dict[Any, Any]]] = {}

    def caller(self, context: Context, view: View) -> Context | None:
        """Return the caller's frame; None where there is no information."""
        row, return_column = self._row(context.at)
        if row is None:
            return None
        frame = _frame_address(row.get("cfa"), context)
        if frame is None:
            return None
        known = {name: v for name, v in context.registers.items() if name in CALLEE_SAVED}
        known["sp"] = frame
        for column, rule in row.items():
            name = register_name(column) if isinstance(column, int) else None
            if name is not None:
                value = _restored(rule, frame, context, view)
                known.pop(name, None)
                if value is not None:
                    known[name] = value
        link = register_name(return_column) or "lr"
        if return_column not in row and "lr" in context.registers:
            known[link] = context.registers["lr"]
        if link not in known:
            return None
        return context.caller({**known, "pc": known[link]}, How.CFI)

    def _row(self, address: int) -> tuple[dict[Any, Any] | None, int]:
        """The rules that hold at `address`, and the column of the return address."""
        index = bisect_right(self._starts, address) - 1
        if index < 0 or address >= self._ranges[index].end:
            return None, _LR
        entry = self._ranges[index].entry
        if index not in self._tables:
            self._tables[index] = _decoded(entry)
        rows = [row for row in self._tables[index] if row["pc"] <= address]
        return (rows[-1] if rows else None), int(entry.cie["return_address_register"])

    @cached_property
    def _ranges(self) -> list[_Range]:
        found: dict[int, _Range] = {}
        for entry in _entries(self._content):
            start, size = entry["initial_location"] & ~1, entry["address_range"]
            # What the linker dropped starts at 0, where a part may have its flash.
            if start or start in self._function_starts:
                found.setdefault(start, _Range(start, start + size, entry))
        return sorted(found.values(), key=lambda one: one.start)

    @cached_property
    def _starts(self) -> list[int]:
        return [one.start for one in self._ranges]


def _entries(content: bytes) -> list[Any]:
    found: list[Any] = []
    try:
        dwarf = ELFFile(io.BytesIO(content)).get_dwarf_info(follow_links=False)
        has, read = (dwarf.has_CFI, dwarf.has_EH_CFI), (dwarf.CFI_entries, dwarf.EH_CFI_entries)
    except Exception:  # pyelftools raises whatever the damage leads to
        return found
    for is_there, entries in zip(has, read, strict=True):
        try:
            found += [one for one in (entries() if is_there() else ()) if isinstance(one, FDE)]
        except Exception:
            continue
    return found


def _decoded(entry: Any) -> list[dict[Any, Any]]:
    try:
        return list(entry.get_decoded().table)
    except Exception:
        return []


def _frame_address(rule: CFARule | None, context: Context) -> int | None:
    if rule is None or rule.reg is None:
        return None  # an expression: compilers for Cortex-M do not write any
    base = context.registers.get(register_name(rule.reg) or "")
    return None if base is None else base + (rule.offset or 0) & _MASK


def _restored(rule: Any, frame: int, context: Context, view: View) -> int | None:
    if not isinstance(rule, RegisterRule):
        return None
    argument: Any = rule.arg  # a number, for the types that follow
    if rule.type == RegisterRule.OFFSET:
        return view.word(frame + argument & _MASK)
    if rule.type == RegisterRule.VAL_OFFSET:
        return frame + int(argument) & _MASK
    if rule.type == RegisterRule.REGISTER:
        return context.registers.get(register_name(argument) or "")
    return None
