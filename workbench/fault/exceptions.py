"""What exceptions are called: by the architecture, and interrupts by what raises them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.armv7m.architecture import SYSTEM_EXCEPTIONS, Exc
from workbench.platform import Platform
from workbench.repl import types


@dataclass(frozen=True)
class ExceptionNames:
    """`interrupts` are the names of what raises them, by number from 0 on."""

    interrupts: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, platform: Platform) -> ExceptionNames:
        """Return the names with those of the peripherals in the platform's .repl."""
        entries = platform.description.entries.values()
        controllers = {entry.name for entry in entries if entry.type == types.NVIC}
        names: dict[int, list[str]] = {}
        for entry in entries:
            for wire in entry.wires:
                if wire.target in controllers:
                    names.setdefault(wire.pin, []).append(entry.name)
        return cls({number: "/".join(dict.fromkeys(found)) for number, found in names.items()})

    def name(self, exception: int) -> str:
        """Return the name of an exception number, "thread" for 0."""
        if exception < Exc.IRQ0:
            return (
                SYSTEM_EXCEPTIONS.get(exception, f"exception {exception}")
                if exception
                else "thread"
            )
        number = exception - Exc.IRQ0
        raised_by = self.interrupts.get(number)
        return f"IRQ {number} ({raised_by})" if raised_by else f"IRQ {number}"
