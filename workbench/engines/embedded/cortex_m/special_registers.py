"""Mode, privilege and the mask registers of a core (ARM DDI 0403E, B1.4)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.armv7m.architecture import (
    CONTROL_NPRIV,
    IPSR,
    Exc,
)
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.cortex_m.core_registers import CoreRegisters
from workbench.engines.embedded.cortex_m.exceptions import ExceptionState, Masks

_MASK_NAMES = ("primask", "faultmask", "basepri")


class SpecialRegisters:
    """Reads and writes them whatever the privilege is.

    `mode_changed` is called when privilege may have changed.
    """

    def __init__(
        self,
        core: CoreRegisters,
        exceptions: ExceptionState,
        state: BlockState,
        mode_changed: Callable[[], None],
    ) -> None:
        self._core = core
        self._exceptions = exceptions
        self._state = state
        self._mode_changed = mode_changed
        self._mask_batch = core.batch((*_MASK_NAMES, "xpsr", "control"))
        self._mode_batch = core.batch(("xpsr", "control"))
        self._faultmask = 0  # as NMI or HardFault found it, or has cleared it

    # -- mode ----------------------------------------------------------------------------------

    def mode(self) -> tuple[int, int]:
        """Return xPSR and CONTROL."""
        xpsr, control = self._mode_batch.read()
        return xpsr, control

    @property
    def ipsr(self) -> int:
        """Number of the running exception, 0 in Thread mode."""
        return self._core.get("xpsr") & IPSR

    @property
    def privileged(self) -> bool:
        """Return whether the core is privileged (B1.4.1): Handler mode, or CONTROL.nPRIV is 0."""
        xpsr, control = self._mode_batch.read()
        return bool(xpsr & IPSR) or not control & CONTROL_NPRIV

    @property
    def is_urgent(self) -> bool:
        """Return whether the core executes at a priority below 0."""
        urgent = 1 << Exc.NMI | 1 << Exc.HARD_FAULT
        return bool(self._exceptions.active & urgent) or bool(self.masks().faultmask)

    def set_control(self, value: int) -> None:
        """Write CONTROL; SPSEL only counts in Thread mode."""
        xpsr, control = self._mode_batch.read()
        if control & CONTROL_NPRIV and not xpsr & IPSR:
            self._core.set_xpsr(xpsr | Exc.HARD_FAULT)
            self._core.set("control", control & ~CONTROL_NPRIV)
            self._core.set_xpsr(xpsr)
        self._core.set("control", value)
        self._core.refresh_mode(xpsr)
        self._mode_changed()

    # -- masks ---------------------------------------------------------------------------------

    def masks(self) -> Masks:
        """Read the mask registers; QEMU hides them from unprivileged code."""
        primask, faultmask, basepri, xpsr, control = self._mask_batch.read()
        if control & CONTROL_NPRIV and not xpsr & IPSR:
            self._core.set_xpsr(xpsr | Exc.HARD_FAULT)
            primask, faultmask, basepri, *_ = self._mask_batch.read()
            self._core.set_xpsr(xpsr)
        return self.masks_of(primask, faultmask, basepri)

    def masks_of(self, primask: int, faultmask: int, basepri: int) -> Masks:
        """Return what the registers mask that hold these values."""
        return Masks(primask & 1, faultmask & 1, basepri & self._exceptions.priority_mask)

    def note_faultmask(self) -> None:
        """NMI or HardFault is taken: it finds FAULTMASK as it is now."""
        self._faultmask = self.masks().faultmask

    def hold_faultmask(self) -> None:
        """In NMI and HardFault FAULTMASK can be cleared, not set (B5.2.1, B5.2.3)."""
        faultmask = self._core.get("faultmask") & 1
        if faultmask and not self._faultmask:
            self._core.set("faultmask", 0)
        self._faultmask &= faultmask

    # -- all of them ---------------------------------------------------------------------------

    def get(self, name: str) -> int:
        """Read a register that unprivileged code may not see."""
        with_privilege = self._with_privilege()
        value = self._core.get(name)
        if with_privilege is not None:
            self._core.set_xpsr(with_privilege)
        return value & self._exceptions.priority_mask if name == "basepri" else value

    def set(self, name: str, value: int) -> None:
        """Write a register that unprivileged code may not change."""
        if name == "basepri":
            self._state.basepri = value = value & self._exceptions.priority_mask
        if name in ("msp", "psp"):
            value &= ~3
        with_privilege = self._with_privilege()
        self._core.set(name, value)
        if with_privilege is not None:
            self._core.set_xpsr(with_privilege)

    def _with_privilege(self) -> int | None:
        """Enter a handler mode for a moment if the core is unprivileged; return xPSR to restore."""
        xpsr, control = self._mode_batch.read()
        if xpsr & IPSR or not control & CONTROL_NPRIV:
            return None
        self._core.set_xpsr(xpsr | Exc.HARD_FAULT)
        return xpsr
