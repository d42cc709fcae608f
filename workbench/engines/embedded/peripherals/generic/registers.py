"""What the models share: word registers that may be accessed by bytes, and interrupt lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from workbench.engines.embedded.peripherals.interface import Context, Line, Peripheral

WORD = 0xFFFFFFFF


class RegisterBlock(Peripheral):
    """A block of 32-bit registers; a narrower access works on its part of the register.

    `values` holds what was stored, by offset; a subclass overrides `read_register` and
    `write_register` for the registers that do something.
    """

    RESET: ClassVar[Mapping[int, int]] = {}
    STATE = frozenset({"values"})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.values: dict[int, int] = dict(self.RESET)

    def reset(self) -> None:
        self.values = dict(self.RESET)

    def read(self, offset: int, width: int) -> int:
        shift = 8 * (offset & 3)
        return (self.read_register(offset & ~3) >> shift) & ((1 << (8 * width)) - 1)

    def write(self, offset: int, width: int, value: int) -> None:
        word, shift = offset & ~3, 8 * (offset & 3)
        if width < 4:
            mask = ((1 << (8 * width)) - 1) << shift
            value = (self.values.get(word, 0) & ~mask) | ((value << shift) & mask)
        self.write_register(word, value & WORD)

    def read_register(self, offset: int) -> int:
        return self.values.get(offset, 0)

    def write_register(self, offset: int, value: int) -> None:
        self.values[offset] = value


def default_line(context: Context) -> Line:
    """The line that the .repl connects with a bare `->`, or by its usual name."""
    return context.lines[""] if "" in context.lines else context.line("IRQ")
