"""Exception entry and return: the stacked frame, EXC_RETURN, the floating-point context.

Source: ARM DDI 0403E, B1.5.6 (entry), B1.5.7 (stack alignment), B1.5.8 (return), B1.5.10 (lazy
preservation). Unicorn does none of this.
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
    STACKED_FLOAT,
    XPSR_T,
    Cfsr,
    Exc,
    Hfsr,
)
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.bus import Bus, BusError
from workbench.engines.embedded.cortex_m.exceptions import (
    HARD_FAULT_PRIORITY,
    ExceptionState,
    Masks,
)
from workbench.engines.embedded.cortex_m.mpu import Mpu
from workbench.engines.embedded.cortex_m.scb import (
    CCR_NONBASETHRDENA,
    CCR_STKALIGN,
    FPCCR_ASPEN,
    FPCCR_BFRDY,
    FPCCR_HFRDY,
    FPCCR_LSPACT,
    FPCCR_LSPEN,
    FPCCR_MMRDY,
    FPCCR_MONRDY,
    FPCCR_THREAD,
    FPCCR_USER,
    Scb,
)
from workbench.engines.embedded.unicorn.core import Core

BASIC_FRAME = struct.Struct(f"<{len(STACKED)}I")
FLOAT_FRAME = struct.Struct(f"<{len(STACKED_FLOAT)}I")
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
        core: Core,
        bus: Bus,
        exceptions: ExceptionState,
        scb: Scb,
        mpu: Mpu,
        state: BlockState,
        mode_changed: Callable[[], None],
    ) -> None:
        self._core = core
        self._bus = bus
        self._exceptions = exceptions
        self._scb = scb
        self._mpu = mpu
        self._state = state
        self._mode_changed = mode_changed
        self._entry_batch = core.batch(ENTRY)
        self._mask_batch = core.batch((*_MASK_NAMES, "xpsr", "control"))
        self._mode_batch = core.batch(("xpsr", "control"))
        self._fp_batch = core.batch(STACKED_FLOAT[:-1])
        self._return_batch = core.batch(("xpsr", "control", "msp", "psp", *_MASK_NAMES))
        self._entry_writer = core.writer(("xpsr", "mode", "control", "lr", "pc"))
        self._return_writers = {
            stack: core.writer((*_UNSTACKED, stack, "control", "pc", "xpsr", "control", "mode"))
            for stack in ("msp", "psp")
        }
        self._faultmask = 0  # as NMI or HardFault found it, or has cleared it
        self.before: list[int] = []  # registers before the last entry, in the order of ENTRY

    # -- mode ----------------------------------------------------------------------------------

    @property
    def ipsr(self) -> int:
        """Number of the running exception, 0 in Thread mode."""
        return self._core.get("xpsr") & IPSR

    @property
    def privileged(self) -> bool:
        xpsr, control = self._mode_batch.read()
        return bool(xpsr & IPSR) or not control & CONTROL_NPRIV

    @property
    def is_urgent(self) -> bool:
        """Whether the core executes at a priority below 0."""
        urgent = 1 << Exc.NMI | 1 << Exc.HARD_FAULT
        return bool(self._exceptions.active & urgent) or bool(self.masks().faultmask)

    def masks(self) -> Masks:
        """Read the mask registers; QEMU hides them from unprivileged code."""
        primask, faultmask, basepri, xpsr, control = self._mask_batch.read()
        if control & CONTROL_NPRIV and not xpsr & IPSR:
            self._core.set_xpsr(xpsr | Exc.HARD_FAULT)
            primask, faultmask, basepri, *_ = self._mask_batch.read()
            self._core.set_xpsr(xpsr)
        return self._masks(primask, faultmask, basepri)

    def _masks(self, primask: int, faultmask: int, basepri: int) -> Masks:
        return Masks(primask & 1, faultmask & 1, basepri & self._exceptions.priority_mask)

    def hold_faultmask(self) -> None:
        """In NMI and HardFault FAULTMASK can be cleared, not set (B5.2.1, B5.2.3)."""
        faultmask = self._core.get("faultmask") & 1
        if faultmask and not self._faultmask:
            self._core.set("faultmask", 0)
        self._faultmask &= faultmask

    def get_special(self, name: str) -> int:
        """Read a register that unprivileged code may not see."""
        with_privilege = self._with_privilege()
        value = self._core.get(name)
        if with_privilege is not None:
            self._core.set_xpsr(with_privilege)
        return value & self._exceptions.priority_mask if name == "basepri" else value

    def set_special(self, name: str, value: int) -> None:
        """Write a register that unprivileged code may not change."""
        if name == "basepri":
            self._state.basepri = value = value & self._exceptions.priority_mask
        if name in ("msp", "psp"):
            value &= ~3
        with_privilege = self._with_privilege()
        self._core.set(name, value)
        if with_privilege is not None:
            self._core.set_xpsr(with_privilege)

    def set_control(self, value: int) -> None:
        """Write CONTROL whatever the privilege is; SPSEL only counts in Thread mode."""
        xpsr, control = self._mode_batch.read()
        if control & CONTROL_NPRIV and not xpsr & IPSR:
            self._core.set_xpsr(xpsr | Exc.HARD_FAULT)
            self._core.set("control", control & ~CONTROL_NPRIV)
            self._core.set_xpsr(xpsr)
        self._core.set("control", value)
        self._core.refresh_mode(xpsr)
        self._mode_changed()

    def begin_float(self) -> None:
        """What a floating-point instruction does before it accesses memory: ExecuteFPCheck."""
        control = self._core.get("control")
        if self._scb.fpccr & FPCCR_ASPEN and not control & CONTROL_FPCA:
            self.set_control(control | CONTROL_FPCA)

    def _with_privilege(self) -> int | None:
        """Enter a handler mode for a moment if the core is unprivileged; return xPSR to restore."""
        xpsr, control = self._mode_batch.read()
        if xpsr & IPSR or not control & CONTROL_NPRIV:
            return None
        self._core.set_xpsr(xpsr | Exc.HARD_FAULT)
        return xpsr

    def _clear_exclusive(self) -> None:
        """Exception entry and return do as CLREX does (B1.5.6, B1.5.8)."""
        if self._state.exclusive:
            self._state.exclusive = 0
            self._core.hidden.clear_exclusive()

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
        xpsr, control = self._mode_batch.read()
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
            self._faultmask = self.masks().faultmask
        self._clear_exclusive()
        if control & (CONTROL_NPRIV | CONTROL_SPSEL) and not xpsr & IPSR:
            self.set_control(0)  # Thread to Handler: privileged, MSP
        handler_xpsr = xpsr & XPSR_FLAGS | (vector & 1) << 24 | number
        self._entry_writer.write(
            handler_xpsr, handler_xpsr, control & CONTROL_NPRIV, exc_return, vector
        )
        self._mode_changed()
        return Entered(number, frame, exc_return)

    def _stack(self, frame: int, words: list[int], extended: bool) -> bool:
        """Write the frame; on failure note why in CFSR and return False."""
        lazy = bool(self._scb.fpccr & FPCCR_LSPEN)
        written = EXTENDED_FRAME_BYTES if extended and not lazy else BASIC_FRAME.size
        if self._mpu.enabled and not self._allowed(frame, written, self.privileged, write=True):
            self._scb.cfsr |= Cfsr.MSTKERR
            return False
        try:
            self._bus.write_stack(frame, BASIC_FRAME.pack(*words))
            if extended:
                fp_frame = frame + BASIC_FRAME.size
                if lazy:
                    self._postpone_float(fp_frame)
                else:
                    self._save_float(fp_frame)
        except BusError:
            self._scb.cfsr |= Cfsr.STKERR
            return False
        return True

    def _save_float(self, address: int) -> None:
        self._bus.write_stack(address, FLOAT_FRAME.pack(*self._fp_batch.read(), 0))

    def _postpone_float(self, address: int) -> None:
        """Note where the registers go once they are needed: UpdateFPCCR (B1.5.7)."""
        scb, exceptions = self._scb, self._exceptions
        priority = exceptions.execution_priority(self.masks())
        ready = FPCCR_HFRDY if priority > HARD_FAULT_PRIORITY else 0
        for bit, fault in (
            (FPCCR_MMRDY, Exc.MEM_MANAGE),
            (FPCCR_BFRDY, Exc.BUS_FAULT),
            (FPCCR_MONRDY, Exc.DEBUG_MONITOR),
        ):
            if exceptions.enabled >> fault & 1 and exceptions.group_priority(fault) < priority:
                ready |= bit
        mode = 0 if self.ipsr else FPCCR_THREAD
        if not self.privileged:
            mode |= FPCCR_USER
        scb.fpcar = address & ~7
        scb.fpccr = scb.fpccr & (FPCCR_ASPEN | FPCCR_LSPEN) | FPCCR_LSPACT | ready | mode

    def preserve_float(self) -> Cfsr | None:
        """Do the lazy stacking that is due; return the CFSR bit for it where that faulted."""
        scb = self._scb
        scb.fpccr &= ~FPCCR_LSPACT
        privileged = not scb.fpccr & FPCCR_USER
        size = FLOAT_FRAME.size
        if self._mpu.enabled and not self._allowed(scb.fpcar, size, privileged, write=True):
            return Cfsr.MLSPERR
        try:
            self._save_float(scb.fpcar)
        except BusError:
            return Cfsr.LSPERR
        return None

    def _allowed(self, frame: int, size: int, privileged: bool, write: bool) -> bool:
        """Whether the MPU, which is on, allows an access to a frame."""
        permissions = (
            self._mpu.permission(address, privileged) for address in range(frame, frame + size, 4)
        )
        return all(one.write if write else one.read for one in permissions)

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
        following = exceptions.preempting(self._masks(primask, faultmask, basepri))
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
        if extended and not self._scb.fpccr & FPCCR_LSPACT:
            read = EXTENDED_FRAME_BYTES
        privileged = not to_thread or not control & CONTROL_NPRIV
        if self._mpu.bypassed:  # by the handler that has ended
            self._mode_changed()
        if self._mpu.enabled and not self._allowed(frame, read, privileged, write=False):
            return Cfsr.MUNSTKERR
        try:
            words = BASIC_FRAME.unpack(self._bus.read(frame, BASIC_FRAME.size))
            if extended:
                self._restore_float(frame + BASIC_FRAME.size)
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

    def _restore_float(self, address: int) -> None:
        """Reload s0-s15 and FPSCR, unless the lazy frame was never written."""
        if self._scb.fpccr & FPCCR_LSPACT:
            self._scb.fpccr &= ~FPCCR_LSPACT
            return
        words = FLOAT_FRAME.unpack(self._bus.read(address, FLOAT_FRAME.size))
        for name, value in zip(STACKED_FLOAT[:-1], words, strict=False):
            self._core.set(name, value)
