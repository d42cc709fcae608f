"""From what stopped Unicorn's core to the fault that it means (ARM DDI 0403E, B1.5.14)."""

from __future__ import annotations

from workbench.armv7m.architecture import EXC_RETURN_VALUES, IPSR, XPSR_T, Cfsr
from workbench.armv7m.thumb import decode, is_wide
from workbench.engines.base import FaultState
from workbench.engines.embedded.bus import Bus, BusError
from workbench.engines.embedded.cortex_m.faults import Cause
from workbench.engines.embedded.cortex_m.processor import Processor
from workbench.engines.embedded.events import Access, Event, EventKind, Faulting, QemuException
from workbench.engines.embedded.unicorn.block_tracer import BlockTracer
from workbench.engines.embedded.unicorn.core import Core


class FaultEvents:
    """Takes the exceptions that events mean."""

    def __init__(self, core: Core, bus: Bus, tracer: BlockTracer, processor: Processor) -> None:
        self._core = core
        self._bus = bus
        self._tracer = tracer
        self._processor = processor

    def take(self, event: Event) -> FaultState | None:
        """Take the exception that `event` means; return the fault, if it was one.

        Raises LockupError where no handler can run.
        """
        faults = self._processor.faults
        if event.kind is EventKind.EXCEPTION and event.value == QemuException.SVC:
            return faults.supervisor_call()
        if event.kind is EventKind.EXCEPTION and event.value == QemuException.BKPT:
            return faults.take_breakpoint()
        cause = self._cause(event)
        self._correct_count(event, cause)
        self._core.forget_translations()
        return faults.take(cause)

    def _cause(self, event: Event) -> Cause:
        """Return what a refused access or instruction is a fault of."""
        if event.kind is EventKind.ACCESS:
            return _access_fault(event)
        if event.kind is EventKind.UNDEFINED:
            xpsr = self._core.get("xpsr")
            if not xpsr & XPSR_T:
                return Cause(Cfsr.INVSTATE, detail=self._even_vector(xpsr & IPSR))
            return Cause(Cfsr.NOCP if self._is_missing_coprocessor() else Cfsr.UNDEFINSTR)
        if event.value in (QemuException.PREFETCH_ABORT, QemuException.EXCEPTION_EXIT):
            return Cause(Cfsr.IACCVIOL)
        if event.value == QemuException.NOCP:
            return Cause(Cfsr.NOCP if self._is_missing_coprocessor() else Cfsr.UNDEFINSTR)
        if (
            event.value == QemuException.DATA_ABORT
        ):  # of its own accord only LDREX and STREX come here
            return Cause(Cfsr.UNALIGNED, detail="unaligned exclusive access")
        return Cause(Cfsr.UNDEFINSTR, detail=f"exception {event.value} of the core")

    def _even_vector(self, number: int) -> str:
        """Say so where the core is at the entry of a handler whose vector has bit 0 clear."""
        if not number or self._core.get("lr") not in EXC_RETURN_VALUES:
            return ""
        try:
            vector = self._processor.unit.vector(number)
        except BusError:
            return ""
        if vector != self._core.pc:
            return ""
        return f"the vector of exception {number} is 0x{vector:08x}: bit 0, the Thumb bit, is clear"

    def _is_missing_coprocessor(self) -> bool:
        """Return whether the instruction at PC, not executed, is one of a coprocessor other than
        the FPU: those raise NOCP (A5.3.18). What the FPU does not know is undefined; that it is off
        was noticed before.
        """
        try:
            code = self._bus.read(self._core.pc, 4)
        except BusError:
            return False
        one = decode(code)
        return one.coprocessor is not None and not one.is_for_fpu

    def _correct_count(self, event: Event, cause: Cause) -> None:
        """The block counted last was cut short: up to the instruction that faulted, inclusive."""
        state, pc = self._tracer.state, self._core.pc
        if event.kind is EventKind.ACCESS and event.access is Access.FETCH:
            return
        if cause.bit is Cfsr.INVSTATE:
            self._tracer.truncate(0)  # nothing of it was executed
            return
        if state.address <= pc < state.address + state.size:
            width = 4 if is_wide(int.from_bytes(self._bus.read(pc, 2), "little")) else 2
            self._tracer.truncate(pc + width - state.address)


def _access_fault(event: Event) -> Cause:
    assert isinstance(event.refusal, Faulting)
    bit = event.refusal.bit
    if event.access is Access.FETCH:
        return Cause(bit)
    verb = "write to" if event.access is Access.WRITE else "read from"
    detail = f"{verb} 0x{event.address:08x}, {event.value} bytes"
    if bit is Cfsr.UNALIGNED:
        return Cause(bit, detail=f"unaligned {detail}")
    return Cause(bit, event.address, detail)
