"""A diagnosis for tests of what is done with one."""

from dataclasses import replace
from typing import Any

from workbench.fault.diagnosis import Diagnosis
from workbench.fault.frames import Call
from workbench.fault.instruction import Instruction

_PLAIN = Diagnosis(
    title="BusFault: read of 4 bytes from 0x60000000, where nothing is (precise)",
    exception="BusFault",
    causes=("PRECISERR",),
    status={"CFSR": 0x8200, "BFAR": 0x6000_0000},
    address=0x6000_0000,
    address_is="where nothing is",
    instruction=Instruction(0x100, b"\x03\x68", "ldr r3, [r0]", {"r0": 0x6000_0000}),
    context="in thread mode, on MSP",
    calls=(Call(0x100, "deep", "/src/t.c", 2), Call(0x200, "middle", "/src/t.c", 4)),
    depth=2,
    broken="",
    stack=None,
    notes=(),
    advice=(),
    registers={"r0": 0x6000_0000, "sp": 0x2000_0FE0, "pc": 0x100},
)


def diagnosis(**changes: Any) -> Diagnosis:
    """Return a diagnosis of a read from nowhere, with `changes`."""
    return replace(_PLAIN, **changes)
