"""System Control Block with the fault status registers (ARM DDI 0403E, B3.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.armv7m.architecture import Exc
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState, Masks
from workbench.platform.cores import CoreModel

# Offsets from 0xE000E000, table B3-4
CPUID, ICSR, VTOR, AIRCR, SCR, CCR = 0xD00, 0xD04, 0xD08, 0xD0C, 0xD10, 0xD14
SHPR1, SHPR3_END = 0xD18, 0xD24
SHCSR, CFSR, HFSR, DFSR, MMFAR, BFAR, AFSR = 0xD24, 0xD28, 0xD2C, 0xD30, 0xD34, 0xD38, 0xD3C
CPACR = 0xD88
FPCCR, FPCAR, FPDSCR = 0xF34, 0xF38, 0xF3C

ICSR_NMIPENDSET, ICSR_PENDSVSET, ICSR_PENDSVCLR = 1 << 31, 1 << 28, 1 << 27
ICSR_PENDSTSET, ICSR_PENDSTCLR, ICSR_ISRPENDING = 1 << 26, 1 << 25, 1 << 22
ICSR_VECTPENDING_SHIFT, ICSR_RETTOBASE = 12, 1 << 11
AIRCR_KEY, AIRCR_KEY_READ = 0x05FA, 0xFA05
AIRCR_SYSRESETREQ, AIRCR_VECTCLRACTIVE = 1 << 2, 1 << 1
SCR_SLEEPONEXIT, SCR_SEVONPEND = 1 << 1, 1 << 4
CCR_NONBASETHRDENA, CCR_USERSETMPEND = 1 << 0, 1 << 1
CCR_UNALIGN_TRP, CCR_DIV_0_TRP, CCR_BFHFNMIGN, CCR_STKALIGN = 1 << 3, 1 << 4, 1 << 8, 1 << 9
CCR_WRITABLE = 0x31B
CPACR_CP10_SHIFT = 20
CP_PRIVILEGED, CP_FULL = 1, 3  # of a field of CPACR
FPCCR_LSPACT, FPCCR_USER, FPCCR_THREAD = 1 << 0, 1 << 1, 1 << 3
FPCCR_HFRDY, FPCCR_MMRDY, FPCCR_BFRDY, FPCCR_MONRDY = 1 << 4, 1 << 5, 1 << 6, 1 << 8
FPCCR_LSPEN, FPCCR_ASPEN = 1 << 30, 1 << 31
FPDSCR_WRITABLE = 0x07C00000  # AHP, DN, FZ, RMode
FPCCR_WRITABLE = FPCCR_LSPEN | FPCCR_ASPEN | 0x17B

# SHCSR: (bit, exception) of the enable, pending and active bits, B3.2.13
_SHCSR_ENABLE = ((16, Exc.MEM_MANAGE), (17, Exc.BUS_FAULT), (18, Exc.USAGE_FAULT))
_SHCSR_PENDING = (
    (12, Exc.USAGE_FAULT),
    (13, Exc.MEM_MANAGE),
    (14, Exc.BUS_FAULT),
    (15, Exc.SVCALL),
)
_SHCSR_ACTIVE = (
    (0, Exc.MEM_MANAGE),
    (1, Exc.BUS_FAULT),
    (3, Exc.USAGE_FAULT),
    (7, Exc.SVCALL),
    (8, Exc.DEBUG_MONITOR),
    (10, Exc.PENDSV),
    (11, Exc.SYSTICK),
)


class Scb:
    """The registers from CPUID to CPACR, and those of the FPU.

    `on_change` is called after a write that may change what the core does next, `on_reset` when
    the firmware asks for a system reset. `ipsr` returns the number of the running exception;
    `warn` takes what a user should know of a write.
    """

    STATE = (
        "vtor",
        "scr",
        "ccr",
        "cfsr",
        "hfsr",
        "dfsr",
        "mmfar",
        "bfar",
        "cpacr",
        "fpccr",
        "fpcar",
        "fpdscr",
    )

    def __init__(
        self,
        model: CoreModel,
        exceptions: ExceptionState,
        ipsr: Callable[[], int],
        masks: Callable[[], Masks],
        on_change: Callable[[], None],
        on_reset: Callable[[], None],
        warn: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._model = model
        self._features = dict(model.feature_registers)
        self._exceptions = exceptions
        self._warn = warn
        self._ipsr = ipsr
        self._masks = masks
        self._on_change = on_change
        self._on_reset = on_reset
        self.reset()

    def reset(self) -> None:
        self.vtor = 0
        self.scr = 0
        self.ccr = CCR_STKALIGN
        self.cfsr = 0
        self.hfsr = 0
        self.dfsr = 0
        self.mmfar = 0
        self.bfar = 0
        self.cpacr = 0
        self.fpccr = FPCCR_ASPEN | FPCCR_LSPEN
        self.fpcar = 0
        self.fpdscr = 0
        self._trap_changed = False
        self.float_changed = True  # FPCCR or FPDSCR, and the core does not know yet

    def take_trap_change(self) -> bool:
        """Return whether a write since the last call changed which instructions trap."""
        changed, self._trap_changed = self._trap_changed, False
        return changed

    @property
    def float_needs_privilege(self) -> bool:
        """Return whether CPACR lets privileged code alone use the FPU."""
        return self.cpacr >> CPACR_CP10_SHIFT & 3 == CP_PRIVILEGED

    @property
    def is_float_automatic(self) -> bool:
        """Return whether floating-point instructions begin a context (FPCCR.ASPEN)."""
        return bool(self.fpccr & FPCCR_ASPEN)

    def read(self, offset: int) -> int:
        readers = {
            ICSR: self._read_icsr,
            AIRCR: lambda: AIRCR_KEY_READ << 16 | self._exceptions.prigroup << 8,
            SHCSR: self._read_shcsr,
        }
        if offset in readers:
            return readers[offset]()
        if SHPR1 <= offset < SHPR3_END:
            first = offset - SHPR1 + Exc.MEM_MANAGE
            return int.from_bytes(self._exceptions.priorities[first : first + 4], "little")
        plain = {
            CPUID: self._model.cpuid,
            VTOR: self.vtor,
            SCR: self.scr,
            CCR: self.ccr,
            CFSR: self.cfsr,
            HFSR: self.hfsr,
            DFSR: self.dfsr,
            MMFAR: self.mmfar,
            BFAR: self.bfar,
            CPACR: self.cpacr,
            FPCCR: self.fpccr,
            FPCAR: self.fpcar,
            FPDSCR: self.fpdscr,
        }
        return plain.get(offset, self._features.get(offset, 0))

    def write(self, offset: int, value: int) -> None:
        if offset == ICSR:
            self._write_icsr(value)
        elif offset == VTOR:
            self._write_vtor(value)
        elif offset == AIRCR:
            self._write_aircr(value)
        elif offset == SCR:
            self.scr = value & 0x16
        elif offset == CCR:
            self._trap_changed |= bool((self.ccr ^ value) & (CCR_UNALIGN_TRP | CCR_DIV_0_TRP))
            self.ccr = value & CCR_WRITABLE
        elif SHPR1 <= offset < SHPR3_END:
            for lane in range(4):
                number = offset - SHPR1 + Exc.MEM_MANAGE + lane
                self._exceptions.set_priority(number, value >> 8 * lane)
        elif offset == SHCSR:
            self._write_shcsr(value)
        elif offset == CFSR:
            self.cfsr &= ~value
        elif offset == HFSR:
            self.hfsr &= ~value
        elif offset == DFSR:
            self.dfsr &= ~value
        elif offset == MMFAR:
            self.mmfar = value
        elif offset == BFAR:
            self.bfar = value
        elif offset == CPACR:
            self._trap_changed |= self.cpacr != value & 0x00F00000
            self.cpacr = value & 0x00F00000
        elif offset == FPCCR:
            self.fpccr = value & FPCCR_WRITABLE
            self.float_changed = self._trap_changed = True
        elif offset == FPCAR:
            self.fpcar = value & ~7
        elif offset == FPDSCR:
            self.fpdscr = value & FPDSCR_WRITABLE
            self.float_changed = self._trap_changed = True
        self._on_change()

    def _write_vtor(self, value: int) -> None:
        self.vtor = value & self._model.vector_table_mask
        if value != self.vtor:
            self._warn(
                f"VTOR was written with 0x{value:08x} and holds 0x{self.vtor:08x}: bits 6 to 0 do "
                "not exist; align the vector table to its size, rounded up to a power of two"
            )

    def _read_icsr(self) -> int:
        exceptions, current = self._exceptions, self._ipsr()
        value = current
        others = exceptions.active & ~(1 << current if current else 0)
        if not others:
            value |= ICSR_RETTOBASE
        value |= exceptions.shown_as_pending(self._masks) << ICSR_VECTPENDING_SHIFT
        if exceptions.pending >> Exc.IRQ0:
            value |= ICSR_ISRPENDING
        for bit, number in (
            (ICSR_PENDSTSET, Exc.SYSTICK),
            (ICSR_PENDSVSET, Exc.PENDSV),
            (ICSR_NMIPENDSET, Exc.NMI),
        ):
            if exceptions.is_pending(number):
                value |= bit
        return value

    def _write_icsr(self, value: int) -> None:
        exceptions = self._exceptions
        if value & ICSR_NMIPENDSET:
            exceptions.pend(Exc.NMI)
        if value & ICSR_PENDSVSET:
            exceptions.pend(Exc.PENDSV)
        elif value & ICSR_PENDSVCLR:
            exceptions.unpend(Exc.PENDSV)
        if value & ICSR_PENDSTSET:
            exceptions.pend(Exc.SYSTICK)
        elif value & ICSR_PENDSTCLR:
            exceptions.unpend(Exc.SYSTICK)

    def _write_aircr(self, value: int) -> None:
        if value >> 16 != AIRCR_KEY:
            return
        self._exceptions.prigroup = value >> 8 & 7
        if value & AIRCR_VECTCLRACTIVE:
            self._exceptions.active = 0
        if value & AIRCR_SYSRESETREQ:
            self._on_reset()

    def _read_shcsr(self) -> int:
        exceptions, value = self._exceptions, 0
        for bit, number in _SHCSR_ENABLE:
            value |= (exceptions.enabled >> number & 1) << bit
        for bit, number in _SHCSR_PENDING:
            value |= (exceptions.pending >> number & 1) << bit
        for bit, number in _SHCSR_ACTIVE:
            value |= (exceptions.active >> number & 1) << bit
        return value

    def _write_shcsr(self, value: int) -> None:
        exceptions = self._exceptions
        for bit, number in _SHCSR_ENABLE:
            exceptions.enabled = _with_bit(exceptions.enabled, number, value >> bit & 1)
        for bit, number in _SHCSR_PENDING:
            exceptions.pending = _with_bit(exceptions.pending, number, value >> bit & 1)
        for bit, number in _SHCSR_ACTIVE:
            exceptions.active = _with_bit(exceptions.active, number, value >> bit & 1)

    def save(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.STATE}

    def restore(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.float_changed = True


def _with_bit(mask: int, bit: int, level: int) -> int:
    return mask | 1 << bit if level else mask & ~(1 << bit)
