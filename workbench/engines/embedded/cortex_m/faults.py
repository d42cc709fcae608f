"""From what stopped the core to the ARMv7-M exception it means (ARM DDI 0403E, B1.5.14)."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.armv7m.architecture import (
    CORE_REGISTERS,
    EXC_RETURN_VALUES,
    EXTERNAL_DEVICES,
    IPSR,
    PERIPHERALS,
    SYSTEM,
    XPSR_T,
    Cfsr,
    Exc,
    Hfsr,
    exception_of,
)
from workbench.armv7m.thumb import is_coprocessor, is_float, is_wide
from workbench.engines.base import FaultState
from workbench.engines.embedded.bus import BusError
from workbench.engines.embedded.cortex_m.entry import ENTRY, Entered, LockupError
from workbench.engines.embedded.events import Access, Event, EventKind, QemuException
from workbench.engines.embedded.machine import Machine

DFSR_BKPT = 1 << 1
_EXECUTE_NEVER = (PERIPHERALS, EXTERNAL_DEVICES, SYSTEM)  # in the default memory map

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


def fault_of(machine: Machine, event: Event) -> Cause:
    """Return what a refused access or instruction is a fault of."""
    if event.kind is EventKind.ACCESS:
        return _access_fault(machine, event)
    if event.kind is EventKind.UNDEFINED:
        xpsr = machine.core.get("xpsr")
        if not xpsr & XPSR_T:
            return Cause(Cfsr.INVSTATE, detail=_even_vector(machine, xpsr & IPSR))
        return Cause(Cfsr.NOCP if _is_missing_coprocessor(machine) else Cfsr.UNDEFINSTR)
    if event.value in (QemuException.PREFETCH_ABORT, QemuException.EXCEPTION_EXIT):
        return Cause(Cfsr.IACCVIOL)
    if event.value == QemuException.NOCP:
        return Cause(Cfsr.NOCP if _is_missing_coprocessor(machine) else Cfsr.UNDEFINSTR)
    if event.value == QemuException.DATA_ABORT:  # of its own accord only LDREX and STREX come here
        return Cause(Cfsr.UNALIGNED, detail="unaligned exclusive access")
    return Cause(Cfsr.UNDEFINSTR, detail=f"exception {event.value} of the core")


def _access_fault(machine: Machine, event: Event) -> Cause:
    if event.access is Access.FETCH:
        in_map = machine.bus.range_at(event.address) is not None
        never = any(event.address in area for area in _EXECUTE_NEVER)
        return Cause(Cfsr.IACCVIOL if in_map or never else Cfsr.IBUSERR)
    verb = "write to" if event.access is Access.WRITE else "read from"
    detail = f"{verb} 0x{event.address:08x}, {event.value} bytes"
    if machine.accesses.refusal is Cfsr.UNALIGNED:
        return Cause(Cfsr.UNALIGNED, detail=f"unaligned {detail}")
    return Cause(machine.accesses.refusal, event.address, detail)


def _even_vector(machine: Machine, number: int) -> str:
    """Say so where the core is at the entry of handler `number`, whose vector has bit 0 clear."""
    if not number or machine.core.get("lr") not in EXC_RETURN_VALUES:
        return ""
    try:
        vector = machine.unit.vector(number)
    except BusError:
        return ""
    if vector != machine.core.pc:
        return ""
    return f"the vector of exception {number} is 0x{vector:08x}: bit 0, the Thumb bit, is clear"


def _is_missing_coprocessor(machine: Machine) -> bool:
    """Whether the instruction at PC, which did not execute, is one of a coprocessor other than the
    FPU: those raise NOCP (A5.3.18). What the FPU does not know is undefined; that it is off was
    noticed before.
    """
    try:
        code = machine.bus.read(machine.core.pc, 4)
    except BusError:
        return False
    first, second = int.from_bytes(code[:2], "little"), int.from_bytes(code[2:], "little")
    return is_coprocessor(first) and first & 0x0F00 != 0x0F00 and not is_float(second)


@dataclass(frozen=True)
class _Late:
    """A store that was refused when the core was behind it: registers before it, and where."""

    registers: dict[str, int]
    address: int
    size: int


class Faults:
    """Takes faults: sets the status registers, escalates, enters the handler."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._batch = machine.core.batch(CORE_REGISTERS)
        self._late: _Late | None = None

    def reset(self) -> None:
        """The machine was reset."""
        self._late = None

    def registers(self) -> dict[str, int]:
        """Core registers as they are now."""
        return dict(zip(CORE_REGISTERS, self._batch.read(), strict=True))

    def registers_before(self) -> dict[str, int]:
        """Core registers as they were before the last exception entry."""
        before = dict(zip(ENTRY, self._machine.unit.before, strict=True))
        return {name: before.get(name, value) for name, value in self.registers().items()}

    def of_event(self, event: Event) -> FaultState | None:
        """Take the exception that `event` means; return the fault, if it was one.

        Raises LockupError where no handler can run.
        """
        if event.kind is EventKind.EXCEPTION and event.value == QemuException.SVC:
            return self.supervisor_call()
        if event.kind is EventKind.EXCEPTION and event.value == QemuException.BKPT:
            return self.take_breakpoint()
        cause = fault_of(self._machine, event)
        self._correct_count(event, cause)
        self._machine.core.forget_translations()
        return self.take(cause)

    def take(self, cause: Cause, chained: tuple[int, int] | None = None) -> FaultState:
        """Take the fault; `chained` is (EXC_RETURN, frame) of a return that failed.

        Raises LockupError where no handler can run.
        """
        machine = self._machine
        scb = machine.scb
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
            entered = machine.unit.enter(number)
        else:
            entered = machine.unit.chain(number, *chained)
        return self.state(entered, registers, cause.detail or _DETAILS.get(cause.bit, ""))

    def hold(self, address: int, size: int) -> None:
        """The core stands before a store that is refused late: its BusFault becomes pending."""
        machine = self._machine
        self._late = _Late(self.registers(), address, size)
        machine.scb.cfsr |= Cfsr.IMPRECISERR
        if machine.exceptions.enabled >> Exc.BUS_FAULT & 1:
            machine.exceptions.pend(Exc.BUS_FAULT)
        else:
            machine.scb.hfsr |= Hfsr.FORCED
            machine.exceptions.pend(Exc.HARD_FAULT)

    def entered(self, entered: Entered) -> FaultState:
        """Describe a fault that was pending: a store refused late, or a frame not stacked."""
        late, self._late = self._late, None
        if late is None:
            detail = "stacking failed on exception entry"
            return self.state(entered, self.registers_before(), detail)
        detail = f"write to 0x{late.address:08x}, {late.size} bytes, refused behind the store"
        return self.state(entered, late.registers, detail, late.address)

    def take_breakpoint(self) -> FaultState:
        """BKPT without a debugger is a HardFault (C1.3)."""
        machine = self._machine
        registers = self.registers()
        machine.scb.hfsr |= Hfsr.DEBUGEVT
        machine.scb.dfsr |= DFSR_BKPT
        if machine.exceptions.execution_priority(machine.unit.masks()) <= -1:
            raise LockupError("BKPT in HardFault or NMI")
        entered = machine.unit.enter(Exc.HARD_FAULT)
        return self.state(entered, registers, "breakpoint instruction without a debugger")

    def supervisor_call(self) -> FaultState | None:
        """Take SVCall, or HardFault where its priority does not suffice (then a fault)."""
        machine = self._machine
        priority = machine.exceptions.execution_priority(machine.unit.masks())
        if machine.exceptions.group_priority(Exc.SVCALL) < priority:
            machine.exceptions.pend(Exc.SVCALL)
            return None
        registers = self.registers()
        if priority <= -1:
            raise LockupError("SVC in HardFault or NMI")
        machine.scb.hfsr |= Hfsr.FORCED
        entered = machine.unit.enter(Exc.HARD_FAULT)
        return self.state(entered, registers, "SVC at a priority at which SVCall cannot be taken")

    def state(
        self,
        entered: Entered,
        registers: dict[str, int],
        detail: str,
        refused: int | None = None,
    ) -> FaultState:
        """Describe a fault exception that was entered."""
        scb = self._machine.scb
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
        entered = Entered(self._machine.unit.ipsr, registers["sp"], registers["lr"])
        return self.state(entered, registers, "")

    def _correct_count(self, event: Event, cause: Cause) -> None:
        """The block counted last was cut short: up to the instruction that faulted, inclusive."""
        machine = self._machine
        state = machine.state
        pc = machine.core.pc
        if event.kind is EventKind.ACCESS and event.access is Access.FETCH:
            return
        if cause.bit is Cfsr.INVSTATE:
            machine.tracer.truncate(0)  # nothing of it was executed
            return
        if state.address <= pc < state.address + state.size:
            width = 4 if is_wide(int.from_bytes(machine.bus.read(pc, 2), "little")) else 2
            machine.tracer.truncate(pc + width - state.address)

    def _escalate(self, number: int, cause: Cause) -> int:
        """A fault that is not enabled or not urgent enough becomes a HardFault (B1.5.14)."""
        machine = self._machine
        priority = machine.exceptions.execution_priority(machine.unit.masks())
        enabled = machine.exceptions.enabled >> number & 1
        if enabled and machine.exceptions.group_priority(number) < priority:
            return number
        if priority <= -1:
            raise LockupError(
                f"{cause.detail or _DETAILS.get(cause.bit, 'fault')} in HardFault or NMI"
            )
        machine.scb.hfsr |= Hfsr.FORCED
        return Exc.HARD_FAULT
