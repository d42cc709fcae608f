"""The calls that led to an instruction, through interrupts and from one stack to the other.

Frames are undone with the call frame information of the compiler (`.debug_frame`, read by
pyelftools), or by the function's prologue where there is none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.common.exceptions import DWARFError, ELFError
from elftools.dwarf.callframe import FDE, RegisterRule
from elftools.elf.elffile import ELFFile

from workbench.engines.exc_return import EXC_RETURNS
from workbench.errors import WorkbenchError
from workbench.fault.prologue import pushed
from workbench.image import Image
from workbench.places import Places

Read = Callable[[int, int], bytes]

MOST_CALLS = 256
CORE = (*(f"r{n}" for n in range(13)), "sp", "lr", "pc")  # by their DWARF numbers
_SP, _LR = 13, 14
# Bits of EXC_RETURN (ARM DDI 0403E, B1.5.8): return with the process stack; a basic frame
EXC_RETURN_PSP, EXC_RETURN_BASIC = 1 << 2, 1 << 4
# The stacked frame (B1.5.6): basic, with floating point, and the bit of xPSR that says "padded"
FRAME, FRAME_BYTES, FLOAT_FRAME_BYTES, PADDED = ("r0", "r1", "r2", "r3", "r12"), 32, 104, 1 << 9


@dataclass(frozen=True)
class Call:
    """One function of the chain: where it stands, and whether an exception interrupted it there.

    `address` is the instruction where it stands: the one behind the call, but for the innermost
    function and for one that was interrupted. `inlined` names what the compiler put in place of
    calls there, outermost first. `file` is "" and `line` 0 where there is no debug information.
    """

    address: int
    function: str
    file: str = ""
    line: int = 0
    inlined: tuple[str, ...] = ()
    interrupted: bool = False


class Unwinder:
    """Undoes the frames of one image."""

    def __init__(self, image: Image, read: Read) -> None:
        """`read` gives memory, (address, size) -> bytes, or raises a WorkbenchError."""
        self._image = image
        self._read = read
        self._frames = _call_frames(image.path)
        self._starts = [frame["initial_location"] for frame in self._frames]
        self._places = Places(image.path)

    def calls(self, registers: Mapping[str, int], psp: int = 0) -> tuple[Call, ...]:
        """Return the calls that led to where `registers` stand, the innermost first.

        `psp` is the process stack pointer, needed where a handler on the main stack interrupted
        a thread on the other one.
        """
        state = {name: registers.get(name, 0) for name in CORE}
        found = [self._call(state["pc"] & ~1, state["pc"] & ~1)]
        exact = True
        while len(found) < MOST_CALLS:
            caller = self._caller(state, exact)
            if caller is None:
                break
            exact = caller["pc"] & ~1 in EXC_RETURNS
            if exact:
                caller = self._interrupted(caller, psp)
                if caller is None:
                    break
            address = caller["pc"] & ~1
            if exact or self._follows_call(address):
                inside = address - (0 if exact else 2)
                if self._image.function_at(inside) is None or _same(caller, state):
                    break
                found.append(self._call(address, inside, exact))
                state = caller
                continue
            function = self._image.function_at(address)
            if function is not None and function.address == address:
                found.append(self._call(address, address))  # what a thread returns to at its end
            break
        return tuple(found)

    def _follows_call(self, address: int) -> bool:
        """Whether a call may return to `address`: behind a BL or a BLX (DDI 0403E, A7.7)."""
        try:
            code = self._read(address - 4, 4)
        except WorkbenchError:
            return False
        first, second = (int.from_bytes(code[i : i + 2], "little") for i in (0, 2))
        is_bl = first & 0xF800 == 0xF000 and second & 0xD000 == 0xD000
        return is_bl or second & 0xFF87 == 0x4780

    def _call(self, address: int, inside: int, interrupted: bool = False) -> Call:
        symbol = self._image.function_at(inside)
        name = symbol.demangled if symbol else ""
        place = self._places.at(inside) if symbol else None
        if place is None:
            return Call(address, name, interrupted=interrupted)
        return Call(address, name, place.file, place.line, place.inlined, interrupted)

    def _caller(self, state: dict[str, int], exact: bool) -> dict[str, int] | None:
        """Return the registers after the return from the function that `state` stands in."""
        inside = (state["pc"] & ~1) - (0 if exact else 2)
        symbol = self._image.function_at(inside)
        try:
            if symbol is None:  # a jump to nowhere: what was to be called has done nothing yet
                return {**state, "pc": state["lr"]} if exact else None
            rules = self._rules(inside)
            if rules is not None:
                return self._by_rules(state, rules)
            return self._by_prologue(state, symbol.address, inside, exact)
        except (WorkbenchError, KeyError, ValueError):
            return None  # the stack is not what it should be: the chain ends here

    def _rules(self, inside: int) -> Mapping[Any, Any] | None:
        """Return the row of the call frame table for an instruction, None where there is none."""
        index = bisect_right(self._starts, inside) - 1
        if index < 0:
            return None
        frame = self._frames[index]
        if inside >= frame["initial_location"] + frame["address_range"]:
            return None
        try:
            rows = [row for row in frame.get_decoded().table if row["pc"] <= inside]
        except (DWARFError, ValueError, IndexError):
            return None
        return rows[-1] if rows else None

    def _by_rules(self, state: dict[str, int], rules: Mapping[Any, Any]) -> dict[str, int] | None:
        cfa_rule = rules["cfa"]
        if cfa_rule.expr is not None:
            return None
        cfa = state[CORE[cfa_rule.reg]] + cfa_rule.offset & 0xFFFFFFFF
        caller = {**state, "sp": cfa}
        for number, name in enumerate(CORE):
            rule = rules.get(number)
            if rule is not None and rule.type == RegisterRule.OFFSET:
                caller[name] = self._word(cfa + rule.arg)
        returns = rules.get(_LR)
        if returns is not None and returns.type == RegisterRule.UNDEFINED:
            return None
        caller["pc"] = caller["lr"]
        return caller

    def _by_prologue(
        self, state: dict[str, int], start: int, inside: int, exact: bool
    ) -> dict[str, int] | None:
        done = pushed(self._read(start, inside - start)) if inside > start else pushed(b"")
        if not exact and _LR not in done.saved:
            return None  # it has called something, so LR is in no place that is known
        caller = {**state, "sp": state["sp"] + done.size}
        for number, offset in done.saved.items():
            caller[CORE[number]] = self._word(state["sp"] + offset)
        caller["pc"] = caller["lr"]
        return caller

    def _interrupted(self, state: dict[str, int], psp: int) -> dict[str, int] | None:
        """Return the registers that an exception stacked; `state` is about to return from it."""
        exc_return = state["pc"]
        start = psp if exc_return & EXC_RETURN_PSP else state["sp"]
        try:
            caller = dict(state)
            for index, name in enumerate((*FRAME, "lr", "pc")):
                caller[name] = self._word(start + 4 * index)
            padded = bool(self._word(start + 28) & PADDED)
        except WorkbenchError:
            return None
        size = FRAME_BYTES if exc_return & EXC_RETURN_BASIC else FLOAT_FRAME_BYTES
        caller["sp"] = start + size + (4 if padded else 0)
        return caller

    def _word(self, address: int) -> int:
        return int.from_bytes(self._read(address, 4), "little")


def _same(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether nothing was undone: a function that never returns keeps no way back."""
    return (one["sp"], one["pc"]) == (other["sp"], other["pc"])


def _call_frames(path: Path) -> list[Any]:
    """Return the frame descriptions of an ELF file by address; none where they are damaged."""
    try:
        with path.open("rb") as file:
            dwarf = ELFFile(file).get_dwarf_info(relocate_dwarf_sections=False)
            entries = dwarf.CFI_entries() if dwarf.has_CFI() else []
            frames = [entry for entry in entries if isinstance(entry, FDE)]
            return sorted(frames, key=lambda frame: frame["initial_location"])
    except (OSError, ELFError, DWARFError, ValueError, KeyError, IndexError):
        return []
