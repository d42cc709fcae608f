"""Faults: status registers, escalation, and what is taken (ARM DDI 0403E, B1.5.14)."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.armv7m.architecture import CORE_REGISTERS, Cfsr, Exc, Hfsr, exception_of
from workbench.engines.base import FaultState
from workbench.engines.embedded.cortex_m.core_registers import CoreRegisters
from workbench.engines.embedded.cortex_m.entry import ENTRY, Entered, ExceptionUnit, LockupError
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState
from workbench.engines.embedded.cortex_m.scb import Scb
from workbench.engines.embedded.cortex_m.special_registers import SpecialRegisters

DFSR_BKPT = 1 << 1

_DETAILS = {
    Cfsr.IACCVIOL: "instruction fetch from memory that must not be executed",
    Cfsr.IBUSERR: "instruction fetch from an address where there is nothing",
    Cfsr.UNDEFINSTR: "undefined instruction",
    Cfsr.INVSTATE: "branch to an address without the Thumb bit",
    Cfsr.INVPC: "invalid exception return",
    Cfsr.NOCP: "floating-point instruction while the FPU is off, or no such coprocessor",
    Cfsr.DIVBYZERO: "division by zero",
    Cfsr.LSPERR: "lazy floating-point stacking failed",
    Cfsr.MLSPERR: "the MPU refused the lazy floating-point stacking",
    Cfsr.MUNSTKERR: "the MPU refused the unstacking on exception return",
    Cfsr.UNSTKERR: "unstacking on exception return failed",
}


@dataclass(frozen=True)
class Cause:
    """A synchronous fault: the CFSR bit, the address if there is one, in words."""

    bit: Cfsr
    address: int | None = None
    detail: str = ""


@dataclass(frozen=True)
class _Late:
    """A store that was refused when the core was behind it: registers before it, and where."""

    registers: dict[str, int]
    address: int
    size: int


class Faults:
    """Takes faults: sets the status registers, escalates, enters the handler."""

    def __init__(
        self,
        core: CoreRegisters,
        exceptions: ExceptionState,
        scb: Scb,
        special: SpecialRegisters,
        unit: ExceptionUnit,
    ) -> None:
        self._exceptions = exceptions
        self._scb = scb
        self._special = special
        self._unit = unit
        self._batch = core.batch(CORE_REGISTERS)
        self._late: _Late | None = None

    def reset(self) -> None:
        """The machine was reset."""
        self._late = None

    def registers(self) -> dict[str, int]:
        """Return the core registers as they are now."""
        return dict(zip(CORE_REGISTERS, self._batch.read(), strict=True))

    def registers_before(self) -> dict[str, int]:
        """Return the core registers as they were before the last exception entry."""
        before = dict(zip(ENTRY, self._unit.before, strict=True))
        return {name: before.get(name, value) for name, value in self.registers().items()}

    def take(self, cause: Cause, chained: tuple[int, int] | None = None) -> FaultState:
        """Take the fault; `chained` is (EXC_RETURN, frame) of a return that failed.

        Raises LockupError where no handler can run.
        """
        scb = self._scb
        registers = self.registers()
        kind = exception_of(cause.bit)
        scb.cfsr |= cause.bit
        if cause.address is not None:
            if kind is Exc.MEM_MANAGE:
                scb.cfsr |= Cfsr.MMARVALID
                scb.mmfar = cause.address
            elif kind is Exc.BUS_FAULT:
                scb.cfsr |= Cfsr.BFARVALID
                scb.bfar = cause.address
        number = self._escalate(kind, cause)
        if chained is None:
            entered = self._unit.enter(number)
        else:
            entered = self._unit.chain(number, *chained)
        return self.state(entered, registers, cause.detail or _DETAILS.get(cause.bit, ""))

    def hold(self, address: int, size: int) -> None:
        """The core stands before a store that is refused late: its BusFault becomes pending."""
        self._late = _Late(self.registers(), address, size)
        self._scb.cfsr |= Cfsr.IMPRECISERR
        if self._exceptions.enabled >> Exc.BUS_FAULT & 1:
            self._exceptions.pend(Exc.BUS_FAULT)
        else:
            self._scb.hfsr |= Hfsr.FORCED
            self._exceptions.pend(Exc.HARD_FAULT)

    def entered(self, entered: Entered) -> FaultState:
        """Describe a fault that was pending: a store refused late, or a frame not stacked."""
        late, self._late = self._late, None
        if late is None:
            detail = "stacking failed on exception entry"
            return self.state(entered, self.registers_before(), detail)
        detail = f"write to 0x{late.address:08x}, {late.size} bytes, refused behind the store"
        return self.state(entered, late.registers, detail, late.address)

    def take_breakpoint(self) -> FaultState:
        """Take the HardFault of a BKPT without a debugger (C1.3)."""
        registers = self.registers()
        self._scb.hfsr |= Hfsr.DEBUGEVT
        self._scb.dfsr |= DFSR_BKPT
        if self._exceptions.execution_priority(self._special.masks()) <= -1:
            raise LockupError("BKPT in HardFault or NMI")
        entered = self._unit.enter(Exc.HARD_FAULT)
        return self.state(entered, registers, "breakpoint instruction without a debugger")

    def supervisor_call(self) -> FaultState | None:
        """Take SVCall, or HardFault where its priority does not suffice (then a fault)."""
        priority = self._exceptions.execution_priority(self._special.masks())
        if self._exceptions.group_priority(Exc.SVCALL) < priority:
            self._exceptions.pend(Exc.SVCALL)
            return None
        registers = self.registers()
        if priority <= -1:
            raise LockupError("SVC in HardFault or NMI")
        self._scb.hfsr |= Hfsr.FORCED
        entered = self._unit.enter(Exc.HARD_FAULT)
        return self.state(entered, registers, "SVC at a priority at which SVCall cannot be taken")

    def state(
        self,
        entered: Entered,
        registers: dict[str, int],
        detail: str,
        refused: int | None = None,
    ) -> FaultState:
        """Describe a fault exception that was entered."""
        scb = self._scb
        return FaultState(
            exception=int(entered.number),
            pc=registers["pc"],
            frame_address=entered.frame,
            registers=registers,
            exc_return=entered.exc_return,
            cfsr=int(scb.cfsr),
            hfsr=int(scb.hfsr),
            mmfar=scb.mmfar if scb.cfsr & Cfsr.MMARVALID else None,
            bfar=scb.bfar if scb.cfsr & Cfsr.BFARVALID else None,
            detail=detail,
            refused=refused,
        )

    def final(self) -> FaultState:
        """Describe the state of a core that has locked up."""
        registers = self.registers()
        entered = Entered(self._special.ipsr, registers["sp"], registers["lr"])
        return self.state(entered, registers, "")

    def _escalate(self, number: int, cause: Cause) -> int:
        """A fault that is not enabled or not urgent enough becomes a HardFault (B1.5.14)."""
        priority = self._exceptions.execution_priority(self._special.masks())
        enabled = self._exceptions.enabled >> number & 1
        if enabled and self._exceptions.group_priority(number) < priority:
            return number
        if priority <= -1:
            raise LockupError(
                f"{cause.detail or _DETAILS.get(cause.bit, 'fault')} in HardFault or NMI"
            )
        self._scb.hfsr |= Hfsr.FORCED
        return Exc.HARD_FAULT
