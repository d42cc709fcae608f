"""The semihosting calls that test firmware makes: text out, and the end.

Source: Arm "Semihosting for AArch32 and AArch64", 2.0. Calls that are not listed here return -1.
"""

from __future__ import annotations

from workbench.engines.embedded.bus import BusError
from workbench.engines.embedded.console import Console
from workbench.engines.embedded.machine import Machine

BKPT_SEMIHOSTING = 0xBEAB
SYS_WRITEC, SYS_WRITE0, SYS_WRITE, SYS_EXIT, SYS_EXIT_EXTENDED = 0x03, 0x04, 0x05, 0x18, 0x20
ADP_STOPPED_APPLICATION_EXIT = 0x20026
MAX_TEXT = 1 << 16
FAILED = 0xFFFFFFFF


def is_call(machine: Machine) -> bool:
    """Whether the BKPT at PC is a semihosting call."""
    try:
        return int.from_bytes(machine.bus.read(machine.core.pc, 2), "little") == BKPT_SEMIHOSTING
    except BusError:
        return False


def call(machine: Machine, console: Console) -> str | None:
    """Do the call and step over it; return how the firmware ended, if it did."""
    core = machine.core
    operation, parameter = core.get("r0"), core.get("r1")
    core.set("pc", core.pc + 2)
    if operation in (SYS_EXIT, SYS_EXIT_EXTENDED):
        return _ending(machine, operation, parameter)
    try:
        result = _write(machine, console, operation, parameter)
    except BusError:
        result = FAILED
    core.set("r0", result)
    return None


def _write(machine: Machine, console: Console, operation: int, parameter: int) -> int:
    bus = machine.bus
    if operation == SYS_WRITEC:
        console.emit(bus.read(parameter, 1))
        return 0
    if operation == SYS_WRITE0:
        text = bytearray()
        while len(text) < MAX_TEXT and (byte := bus.read(parameter + len(text), 1)) != b"\0":
            text += byte
        console.emit(bytes(text))
        return 0
    if operation == SYS_WRITE:
        _, start, length = (
            int.from_bytes(bus.read(parameter + 4 * i, 4), "little") for i in range(3)
        )
        console.emit(bus.read(start, min(length, MAX_TEXT)))
        return 0  # bytes that were not written
    return FAILED


def _ending(machine: Machine, operation: int, parameter: int) -> str:
    code = 0
    if operation == SYS_EXIT_EXTENDED:
        try:
            code = int.from_bytes(machine.bus.read(parameter + 4, 4), "little")
        except BusError:
            code = FAILED
    elif parameter != ADP_STOPPED_APPLICATION_EXIT:
        code = 1
    return f"the firmware ended itself by semihosting, exit code {code}"
