"""A rule of the ARMv7-M manual, and what a program shows of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One line that a program in `programs/` prints: NAME=VALUE in hexadecimal.

    section: of ARM DDI 0403E.e, unless it names another document.
    right: what a Cortex-M4 prints, by the manual.
    qemu: what QEMU 7.2 prints where that is something else, and `why`.
    """

    name: str
    section: str
    text: str
    right: int
    qemu: int | None = None
    why: str = ""

    @property
    def on_qemu(self) -> int:
        """What QEMU prints."""
        return self.right if self.qemu is None else self.qemu
