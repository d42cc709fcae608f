"""Accesses that nothing answers: Renode 1.15 writes a line into its log and goes on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.armv7m.architecture import (
    BASIC_FRAME_BYTES,
    CONTROL_SPSEL,
    EXC_RETURN_HANDLER,
    EXC_RETURN_THREAD_MSP,
    EXC_RETURN_THREAD_PSP,
    IPSR,
    Cfsr,
    Exc,
    is_own_peripheral,
)
from workbench.engines.base import FaultState

MARK = "non existing peripheral at 0x"
"""What the lines about them have in common."""

# The core is named where it is the one that accesses; a range that the .repl tags is said so first.
_LINE = re.compile(
    r"^(?:sysbus: )?\[(?:\w+: )?0x[0-9A-Fa-f]+[^]]*\] "
    rf"(?P<access>Read|Write)\w+ (?:from|to) {MARK}(?P<address>[0-9A-Fa-f]+)"
)


@dataclass(frozen=True)
class Refusal:
    """An access of the core to `address` that silicon refuses with a BusFault."""

    address: int
    is_write: bool


def refusal_in(line: str) -> Refusal | None:
    """Return what a line of Renode's log tells of, None where silicon would take no fault.

    What the core has itself is there on silicon, also where the .repl names no model for it.
    """
    found = _LINE.match(line)
    if found is None or is_own_access(line):
        return None
    return Refusal(int(found["address"], 16), found["access"] == "Write")


def is_own_access(line: str) -> bool:
    """Return whether a line of Renode's log tells of an access to what the core itself has."""
    found = _LINE.match(line)
    return found is not None and is_own_peripheral(int(found["address"], 16))


def fault_state(refusal: Refusal, registers: Mapping[str, int], control: int) -> FaultState:
    """Return the fault that silicon takes for it, with the core's registers at the access.

    A refused write is imprecise: it was in the write buffer.
    """
    in_handler = registers["xpsr"] & IPSR
    on_psp = not in_handler and bool(control & CONTROL_SPSEL)
    late = refusal.is_write
    from_thread = EXC_RETURN_THREAD_PSP if on_psp else EXC_RETURN_THREAD_MSP
    return FaultState(
        exception=int(Exc.BUS_FAULT),
        pc=registers["pc"],
        frame_address=registers["sp"] - BASIC_FRAME_BYTES,
        registers=registers,
        exc_return=EXC_RETURN_HANDLER if in_handler else from_thread,
        cfsr=int(Cfsr.IMPRECISERR if late else Cfsr.PRECISERR | Cfsr.BFARVALID),
        bfar=None if late else refusal.address,
        refused=refusal.address if late else None,
        raised=False,
    )
