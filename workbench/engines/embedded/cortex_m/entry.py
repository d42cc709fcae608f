"""Exception entry and return: the stacked frame and EXC_RETURN.

Source: ARM DDI 0403E, B1.5.6 (entry), B1.5.7 (stack alignment), B1.5.8 (return). Unicorn does none
of this. `float_context.py` has the floating-point part of a frame.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from workbench.armv7m.architecture import (
    CONTROL_FPCA,
    CONTROL_NPRIV,
    CONTROL_SPSEL,
    EXC_RETURN_BASIC,
    EXC_RETURN_HANDLER,
    EXC_RETURN_THREAD_MSP,
    EXC_RETURN_THREAD_PSP,
    EXTENDED_FRAME_BYTES,
    FRAME_PADDED,
    IPSR,
    STACKED,
    XPSR_T,
    Cfsr,
    Exc,
    Hfsr,
)
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.bus import Bus, BusError
from workbench.engines.embedded.cortex_m.core_registers import CoreRegisters
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState
from workbench.engines.embedded.cortex_m.float_context import FloatContext
from workbench.engines.embedded.cortex_m.mpu import Mpu
from workbench.engines.embedded.cortex_m.scb import CCR_NONBASETHRDENA, CCR_STKALIGN, Scb
from workbench.engines.embedded.cortex_m.special_registers import SpecialRegisters

BASIC_FRAME = struct.Struct(f"<{len(STACKED)}I")
XPSR_FLAGS = 0xF80F0000  # N Z C V Q GE
XPSR_WRITABLE = XPSR_FLAGS | XPSR_T | 0x0600FC00 | IPSR

URGENT = frozenset({int(Exc.NMI), int(Exc.HARD_FAULT)})
"""The exceptions whose priority is below 0, whatever is configured (B1.5.4)."""

_MASK_NAMES = ("primask", "faultmask", "basepri")
_UNSTACKED = STACKED[:6]  # all but pc and xpsr, which decide on what is done with them
ENTRY = (*STACKED, "sp", "control")


class LockupError(Exception):
    """A fault that no handler can take any more (B1.5.15)."""


@dataclass(frozen=True)
class Entered:
    """An exception that was taken: where its frame lies, and the EXC_RETURN in LR."""

    number: int
    frame: int
    exc_return: int


class ExceptionUnit:
    """Moves the core into handlers and back.

    `mode_changed` is called when privilege may have changed.
    """

    def __init__(
        self,
        core: CoreRegisters,
        bus: Bus,
        exceptions: ExceptionState,
        scb: Scb,
        mpu: Mpu,
        special: SpecialRegisters,
        floats: FloatContext,
        state: BlockState,
        mode_changed: Callable[[], None],
    ) -> None:
        self._core = core
        self._bus = bus
        self._exceptions = exceptions
        self._scb = scb
        self._mpu = mpu
        self._special = special
        self._floats = floats
        self._state = state
        self._mode_changed = mode_changed
        self._entry_batch = core.batch(ENTRY)
        self._return_batch = core.batch(("xpsr", "control", "msp", "psp", *_MASK_NAMES))
        self._entry_writer = core.writer(("xpsr", "mode", "control", "lr", "pc"))
        self._return_writers = {
            stack: core.writer((*_UNSTACKED, stack, "control", "pc", "xpsr", "control", "mode"))
            for stack in ("msp", "psp")
        }
        self.before: list[int] = []  # registers before the last entry, in the order of ENTRY

    # -- entry ---------------------------------------------------------------------------------

    def enter(self, number: int) -> Entered:
        """Take exception `number`: stack the context and go to the handler.

        Raises LockupError where a fault on the way leaves nothing to go to.
        """
        self.before = registers = self._entry_batch.read()
        xpsr, sp, control = registers[7:]
        extended = bool(control & CONTROL_FPCA)
        size = EXTENDED_FRAME_BYTES if extended else BASIC_FRAME.size
        align = 4 if extended or self._scb.ccr & CCR_STKALIGN else 0
        frame = (sp - size) & ~align & 0xFFFFFFFF
        moved = FRAME_PADDED if align and sp & 4 else 0
        frame_words = [*registers[:7], xpsr & ~FRAME_PADDED | moved]

        in_handler = bool(xpsr & IPSR)
        if in_handler:
            exc_return = EXC_RETURN_HANDLER
        else:
            exc_return = EXC_RETURN_THREAD_PSP if control & CONTROL_SPSEL else EXC_RETURN_THREAD_MSP
        if extended:
            exc_return &= ~EXC_RETURN_BASIC
        stacked = self._stack(frame, frame_words, extended)
        self._core.set("sp", frame)
        return self._go(number, xpsr, control, exc_return, frame, stacked)

    def chain(self, number: int, exc_return: int, frame: int) -> Entered:
        """Take `number` from a return that failed: the frame stays where it is (tail-chained)."""
        xpsr, control = self._special.mode()
        return self._go(number, xpsr, control, exc_return, frame, True)

    def _go(
        self, number: int, xpsr: int, control: int, exc_return: int, frame: int, stacked: bool
    ) -> Entered:
        exceptions = self._exceptions
        if not stacked:
            number = self._derived(number)
        try:
            vector = self.vector(number)
        except BusError:
            if number in URGENT:
                raise LockupError(f"the vector of exception {number} cannot be read") from None
            self._scb.hfsr |= Hfsr.VECTTBL
            number = Exc.HARD_FAULT
            try:
                vector = self.vector(number)
            except BusError:
                raise LockupError("the vector of HardFault cannot be read") from None
        exceptions.activate(number)
        if number in URGENT:
            self._special.note_faultmask()
        self._clear_exclusive()
        if control & (CONTROL_NPRIV | CONTROL_SPSEL) and not xpsr & IPSR:
            self._special.set_control(0)  # Thread to Handler: privileged, MSP
        handler_xpsr = xpsr & XPSR_FLAGS | (vector & 1) << 24 | number
        self._entry_writer.write(
            handler_xpsr, handler_xpsr, control & CONTROL_NPRIV, exc_return, vector
        )
        self._mode_changed()
        return Entered(number, frame, exc_return)

    def _stack(self, frame: int, words: list[int], extended: bool) -> bool:
        """Write the frame; on failure note why in CFSR and return False."""
        mpu = self._mpu
        written = BASIC_FRAME.size
        if extended and not self._floats.is_lazy:
            written = EXTENDED_FRAME_BYTES
        if mpu.enabled and not mpu.allows(frame, written, self._special.privileged, write=True):
            self._scb.cfsr |= Cfsr.MSTKERR
            return False
        try:
            self._bus.write_stack(frame, BASIC_FRAME.pack(*words))
            if extended:
                self._floats.stack(frame + BASIC_FRAME.size)
        except BusError:
            self._scb.cfsr |= Cfsr.STKERR
            return False
        return True

    def _derived(self, number: int) -> int:
        """Stacking failed: a derived exception (B1.5.11). The more urgent of the two is taken.

        The other one stays pending. HardFault and NMI are entered all the same: their handlers
        may switch to a stack that is there.
        """
        exceptions = self._exceptions
        fault = Exc.MEM_MANAGE if self._scb.cfsr & Cfsr.MSTKERR else Exc.BUS_FAULT
        if number in URGENT:
            return number
        exceptions.pend(number)
        if not exceptions.enabled >> fault & 1:
            self._scb.hfsr |= Hfsr.FORCED
            return Exc.HARD_FAULT
        exceptions.pend(fault)
        return min((number, fault), key=lambda n: (exceptions.priority(n), n))

    def vector(self, number: int) -> int:
        """Return the vector of an exception; raises BusError where it cannot be read."""
        return int.from_bytes(self._bus.read(self._scb.vtor + 4 * number, 4), "little")

    # -- return --------------------------------------------------------------------------------

    def leave(self, exc_return: int) -> Cfsr | Entered | None:
        """Return from the running exception, to the next one that is due if there is one.

        Return that one, else None when done. Where the return is invalid or the stack cannot be
        read, return the CFSR bit for it: the exception is over, its fault is to be tail-chained.
        """
        exceptions = self._exceptions
        xpsr, control, msp, psp, primask, faultmask, basepri = self._return_batch.read()
        number = xpsr & IPSR
        nested = exceptions.active_count()
        was_active = exceptions.is_active(number)
        exceptions.deactivate(number)
        if faultmask and number != Exc.NMI:
            self._core.set("faultmask", 0)
            faultmask = 0
        kind = exc_return | EXC_RETURN_BASIC
        to_thread = kind in (EXC_RETURN_THREAD_MSP, EXC_RETURN_THREAD_PSP)
        if not was_active or (not to_thread and (kind != EXC_RETURN_HANDLER or nested == 1)):
            return Cfsr.INVPC
        if to_thread and nested != 1 and not self._scb.ccr & CCR_NONBASETHRDENA:
            return Cfsr.INVPC
        from_psp = kind == EXC_RETURN_THREAD_PSP
        following = exceptions.preempting(self._special.masks_of(primask, faultmask, basepri))
        if following is not None:  # tail-chaining: the frame stays, the context untouched
            frame = psp if from_psp else msp
            return self._go(following, xpsr, control, exc_return, frame, True)
        stack, frame = ("psp", psp) if from_psp else ("msp", msp)
        return self._unstack(exc_return, stack, frame & ~3, control, to_thread)

    def _unstack(
        self, exc_return: int, stack: str, frame: int, control: int, to_thread: bool
    ) -> Cfsr | None:
        extended = not exc_return & EXC_RETURN_BASIC
        read = BASIC_FRAME.size
        if extended and not self._floats.is_due:
            read = EXTENDED_FRAME_BYTES
        privileged = not to_thread or not control & CONTROL_NPRIV
        if self._mpu.bypassed:  # by the handler that has ended
            self._mode_changed()
        if not self._mpu.allows(frame, read, privileged, write=False):
            return Cfsr.MUNSTKERR
        try:
            words = BASIC_FRAME.unpack(self._bus.read(frame, BASIC_FRAME.size))
            if extended:
                self._floats.unstack(frame + BASIC_FRAME.size)
        except BusError:
            return Cfsr.UNSTKERR
        *low, pc, xpsr = words
        if to_thread == bool(xpsr & IPSR):
            return Cfsr.INVPC
        top = frame + (EXTENDED_FRAME_BYTES if extended else BASIC_FRAME.size)
        if xpsr & FRAME_PADDED and (extended or self._scb.ccr & CCR_STKALIGN):
            top |= 4
        xpsr &= XPSR_WRITABLE & ~FRAME_PADDED
        # Privileged until IPSR is 0, as unprivileged code could not set the rest of CONTROL.
        passing = 0 if to_thread else control & CONTROL_NPRIV
        final = (
            control & CONTROL_NPRIV
            | (CONTROL_SPSEL if stack == "psp" else 0)
            | (CONTROL_FPCA if extended else 0)
        )
        self._return_writers[stack].write(*low, top, passing, pc, xpsr, final, xpsr)
        self._clear_exclusive()
        self._mode_changed()
        return None

    def _clear_exclusive(self) -> None:
        """Exception entry and return do as CLREX does (B1.5.6, B1.5.8)."""
        if self._state.exclusive:
            self._state.exclusive = 0
            self._core.clear_exclusive()
