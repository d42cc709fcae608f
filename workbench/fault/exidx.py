"""The exception index table of the Arm ABI (.ARM.exidx), decoded by pyelftools.

The instructions are those of EHABI32 (ARM IHI 0038), 10.3. They hold behind a function's prologue,
at its calls: enough for callers, less so for the innermost frame.
"""

from __future__ import annotations

import io
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from elftools.elf.elffile import ELFFile

from workbench.fault.frames import CALLEE_SAVED, Context, How, register_name
from workbench.fault.memory import WORD, View

_SECTION = "SHT_ARM_EXIDX"
_MASK = 0xFFFFFFFF
_FINISH = 0xB0


class CannotUnwindError(Exception):
    """The instructions say that there is no caller, or are not understood."""


class IndexTable:
    """The index table of one ELF file."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def caller(self, context: Context, view: View) -> Context | None:
        """Return the caller's frame; None where there is no information."""
        index = bisect_right(self._starts, context.at) - 1
        if index < 0 or index + 1 >= len(self._starts):
            return None  # before the first, or behind the last, which only marks the end
        codes = self._entries[index][1]
        if codes is None:
            return None
        try:
            known = executed(bytes(codes), context, view)
        except CannotUnwindError:
            return None
        pc = known.get("pc", known.get("lr", context.registers.get("lr")))
        if not pc:
            return None
        kept = {name: value for name, value in known.items() if name in (*CALLEE_SAVED, "lr")}
        return context.caller({**kept, "pc": pc}, How.EXIDX)

    @cached_property
    def _entries(self) -> list[tuple[int, list[int] | None]]:
        try:
            found = list(_read(self._content))
        except Exception:  # pyelftools raises whatever the damage leads to
            return []
        return sorted(found, key=lambda entry: entry[0])

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self._entries]


def _read(content: bytes) -> Iterator[tuple[int, list[int] | None]]:
    elf = ELFFile(io.BytesIO(content))
    sections = [s for s in elf.iter_sections() if s["sh_type"] == _SECTION]
    for section, table in zip(sections, elf.get_ehabi_infos() or (), strict=False):
        shift = section["sh_addr"] - section["sh_offset"]  # pyelftools counts in file offsets
        for index in range(table.num_entry()):
            entry: Any = table.get_entry(index)
            if entry.function_offset is not None:
                codes = entry.bytecode_array if entry.unwindable else None
                yield (entry.function_offset + shift) & _MASK & ~1, codes
        yield section["sh_addr"] + section["sh_size"], None


class _Stack:
    """The virtual stack pointer and the registers taken from it."""

    def __init__(self, context: Context, view: View) -> None:
        self.registers = dict(context.registers)
        self.registers.pop("pc")
        self.pointer = context.sp
        self._view = view

    def pop(self, mask: int) -> None:
        """Take the registers of `mask` off the stack; SP itself comes last, if it is among them."""
        pointer = self.pointer
        for number in range(16):
            if mask >> number & 1:
                value = self._view.word(pointer)
                if value is None:
                    raise CannotUnwindError
                self.registers[register_name(number) or ""] = value
                pointer += WORD
        self.pointer = self.registers["sp"] if mask >> 13 & 1 else pointer


def executed(codes: bytes, context: Context, view: View) -> dict[str, int]:
    """Carry out the instructions and return the registers."""
    stack = _Stack(context, view)
    stream = iter(codes)
    for code in stream:
        if code == _FINISH:
            break
        _execute(code, stream, stack)
    stack.registers["sp"] = stack.pointer & _MASK
    return stack.registers


def _execute(code: int, stream: Iterator[int], stack: _Stack) -> None:
    if code < 0x40:
        stack.pointer += (code << 2) + 4
    elif code < 0x80:
        stack.pointer -= (code - 0x40 << 2) + 4
    elif code < 0x90:
        mask = (code & 15) << 12 | _next(stream) << 4
        if not mask:
            raise CannotUnwindError  # "refuse to unwind"
        stack.pop(mask)
    elif code < 0xA0 and code not in (0x9D, 0x9F):
        name = register_name(code & 15) or ""
        if name not in stack.registers:
            raise CannotUnwindError
        stack.pointer = stack.registers[name]
    elif 0xA0 <= code < 0xB0:
        link = 1 << 14 if code & 8 else 0
        stack.pop(((1 << (code & 7) + 1) - 1) << 4 | link)
    elif code == 0xB1:
        stack.pop(_next(stream) & 15)
    elif code == 0xB2:
        stack.pointer += 0x204 + (_uleb128(stream) << 2)
    elif code == 0xB3:  # doubles stored by FSTMX, with a word more
        stack.pointer += 8 * ((_next(stream) & 15) + 1) + WORD
    elif 0xB8 <= code < 0xC0:
        stack.pointer += 8 * ((code & 7) + 1) + WORD
    elif code in (0xC8, 0xC9):  # doubles stored by VPUSH
        stack.pointer += 8 * ((_next(stream) & 15) + 1)
    elif 0xD0 <= code < 0xD8:
        stack.pointer += 8 * ((code & 7) + 1)
    else:
        raise CannotUnwindError


def _next(stream: Iterator[int]) -> int:
    try:
        return next(stream)
    except StopIteration:
        raise CannotUnwindError from None


def _uleb128(stream: Iterator[int]) -> int:
    value = shift = 0
    while True:
        byte = _next(stream)
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value
        shift += 7
