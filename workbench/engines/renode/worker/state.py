"""Registers, memory and the state of a fault, read from a core that stands still."""

from __future__ import annotations

from typing import Any

from workbench.armv7m.architecture import (
    CONTROL_SPSEL,
    FAULTS,
    IPSR,
    STACKED,
    Cfsr,
    frame_is_on_psp,
    sp_before,
)
from workbench.engines.renode.worker.dotnet import Array, Byte, RegisterValue
from workbench.engines.renode.worker.machine import RenodeError, RenodeMachine
from workbench.engines.renode.worker.registers import INDEX, OTHER_SP

# System control block, ARM DDI 0403E, B3.2.2
_CFSR, _HFSR, _MMFAR, _BFAR = 0xE000ED28, 0xE000ED2C, 0xE000ED34, 0xE000ED38


class State:
    """What can be read and written while the core stands still."""

    def __init__(self, machine: RenodeMachine) -> None:
        self._machine = machine

    def register(self, name: str) -> int:
        """Return a core register; Renode gives none of the floating-point extension."""
        if name in ("msp", "psp"):
            return self._banked(name)
        return self._raw(self._index(name))

    def set_register(self, name: str, value: int) -> None:
        """Set a register by its name, MSP and PSP also where the other one is current."""
        if name in ("msp", "psp"):
            index = 13 if self._is_current(name) else OTHER_SP
        else:
            index = self._index(name)
        if name == "pc":
            self._machine.cpu.PC = RegisterValue.Create(value | 1, 32)
            return
        self._machine.cpu.SetRegister(index, RegisterValue.Create(value, 32))

    def read(self, address: int, size: int) -> bytes:
        self._check(address, size)
        return bytes(self._machine.machine.SystemBus.ReadBytes(address, size))

    def write(self, address: int, data: bytes) -> None:
        self._check(address, len(data))
        self._machine.machine.SystemBus.WriteBytes(Array[Byte](data), address)

    def fault(self) -> dict[str, Any] | None:
        """Return the fields of FaultState, or None where the core is in no fault handler."""
        exception = self.register("xpsr") & IPSR
        if exception not in FAULTS:
            return None
        exc_return = self.register("lr")
        frame_address = self.register("psp" if frame_is_on_psp(exc_return) else "msp")
        frame = self._words(frame_address, len(STACKED))
        registers = dict(zip(STACKED, frame, strict=True))
        registers |= {f"r{number}": self._raw(number) for number in range(4, 12)}
        registers["sp"] = sp_before(frame_address, exc_return, registers["xpsr"])
        cfsr = self._word(_CFSR)
        return {
            "exception": exception,
            "pc": registers["pc"],
            "frame_address": frame_address,
            "registers": registers,
            "exc_return": exc_return,
            "cfsr": cfsr,
            # Renode up to 1.16 has no model of these two: they read 0.
            "hfsr": self._word(_HFSR) or None,
            "bfar": self._word(_BFAR) if cfsr & Cfsr.BFARVALID else None,
            "mmfar": self._word(_MMFAR) if cfsr & Cfsr.MMARVALID else None,
        }

    def _raw(self, index: int) -> int:
        return int(self._machine.cpu.GetRegister(index).RawValue)

    def _index(self, name: str) -> int:
        try:
            return INDEX[name]
        except KeyError:
            raise RenodeError(f"Renode does not give the register {name}", "register") from None

    def _is_current(self, stack_pointer: str) -> bool:
        """Does sp stand for `stack_pointer` now? Handlers always use MSP (B1.4.1)."""
        in_handler = bool(self.register("xpsr") & IPSR)
        uses_psp = not in_handler and bool(self.register("control") & CONTROL_SPSEL)
        return uses_psp == (stack_pointer == "psp")

    def _banked(self, name: str) -> int:
        return self._raw(13 if self._is_current(name) else OTHER_SP)

    def _word(self, address: int) -> int:
        return int(self._machine.machine.SystemBus.ReadDoubleWord(address, self._machine.cpu))

    def _words(self, address: int, count: int) -> list[int]:
        return [self._word(address + 4 * index) for index in range(count)]

    def _check(self, address: int, size: int) -> None:
        """Refuse a range whose ends are not mapped, instead of reading zeros from nowhere."""
        bus = self._machine.machine.SystemBus
        for end in {address, address + max(size, 1) - 1}:
            if bus.WhatPeripheralIsAt(end) is None:
                raise RenodeError(f"nothing is mapped at 0x{end:08x}", "address")
