"""What the exception model needs of the core that executes: its registers.

Unicorn's core has them (`unicorn/core.py`), and so has a double without Unicorn in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class RegisterReader(Protocol):
    """A fixed set of registers."""

    def read(self) -> list[int]:
        """Return their values, in the order in which they were named."""


class RegisterWriter(Protocol):
    """A fixed sequence of registers, repetitions included."""

    def write(self, *values: int) -> None:
        """Write them in order."""


class CoreRegisters(Protocol):
    """The registers of a core by name: "r0" to "r12", "sp", "lr", "pc", "xpsr", "msp", "psp",
    "primask", "basepri", "faultmask", "control", "fpscr", "s0" to "s31".

    Unprivileged code reads the masks as 0 and changes neither them nor CONTROL (ARM DDI 0403E,
    B5.2.3); so does who reads and writes here. A change of mode or privilege that is written as
    part of xPSR or CONTROL is in force once `refresh_mode` has been called, or `set_xpsr`.
    """

    def get(self, name: str) -> int:
        """Return a register as the current privilege sees it."""

    def set(self, name: str, value: int) -> None:
        """Write a register; PC takes an address with or without bit 0, "xpsr" all of xPSR."""

    def set_xpsr(self, value: int) -> None:
        """Write all of xPSR, IPSR included, which selects the stack pointer."""

    def refresh_mode(self, xpsr: int) -> None:
        """Mode or privilege were written: act as they say. `xpsr` is the register as it is."""

    def batch(self, names: Iterable[str]) -> RegisterReader:
        """Return what reads these registers with one call."""

    def writer(self, names: Iterable[str]) -> RegisterWriter:
        """Return what writes these registers with one call.

        Besides registers a name may be "mode": `refresh_mode` with the value of xPSR. PC takes
        bit 0 as the Thumb state.
        """

    def clear_exclusive(self) -> None:
        """As CLREX: no STREX stores before the next LDREX."""
