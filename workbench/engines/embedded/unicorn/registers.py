"""Reading and writing many registers of a core with one call."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from typing import Any

from unicorn import arm_const

from workbench.engines.embedded.unicorn.library import uclib

REGISTER_IDS = {
    **{f"r{n}": getattr(arm_const, f"UC_ARM_REG_R{n}") for n in range(13)},
    "sp": arm_const.UC_ARM_REG_SP,
    "lr": arm_const.UC_ARM_REG_LR,
    "pc": arm_const.UC_ARM_REG_PC,
    "xpsr": arm_const.UC_ARM_REG_XPSR,
    "msp": arm_const.UC_ARM_REG_MSP,
    "psp": arm_const.UC_ARM_REG_PSP,
    "primask": arm_const.UC_ARM_REG_PRIMASK,
    "basepri": arm_const.UC_ARM_REG_BASEPRI,
    "faultmask": arm_const.UC_ARM_REG_FAULTMASK,
    "control": arm_const.UC_ARM_REG_CONTROL,
    "fpscr": arm_const.UC_ARM_REG_FPSCR,
    **{f"s{n}": getattr(arm_const, f"UC_ARM_REG_S{n}") for n in range(32)},
}
FP_NAMES = tuple(f"s{n}" for n in range(32))
XPSR_WRITE_ID = arm_const.UC_ARM_REG_XPSR_NZCVQG
REFRESH_MODE_ID = arm_const.UC_ARM_REG_APSR_NZCV
ITSTATE = 0x0600_FC00  # in xPSR, B1.4.2


class RegisterBatch:
    """A fixed set of registers that is read with one call."""

    def __init__(self, handle: Any, names: Iterable[str]) -> None:
        self.names = tuple(names)
        count = len(self.names)
        self._handle = handle
        self._ids = (ctypes.c_int * count)(*(REGISTER_IDS[n] for n in self.names))
        # 16 bytes each: wide enough for whatever a register needs
        self._values = (ctypes.c_uint64 * (2 * count))()
        base = ctypes.addressof(self._values)
        self._pointers = (ctypes.c_void_p * count)(*(base + 16 * i for i in range(count)))
        self._count = count

    def read(self) -> list[int]:
        """Return the values in the order of `names`."""
        uclib.uc_reg_read_batch(self._handle, self._ids, self._pointers, self._count)
        return self._values[::2]  # the upper halves stay 0


class RegisterWriter:
    """A fixed sequence of registers, repetitions included, that is written with one call.

    "xpsr" writes all of xPSR; "mode" lets QEMU recompute what it derives from mode and privilege
    (see `Core.refresh_mode`) and takes xPSR; PC takes bit 0 as the Thumb state.
    """

    def __init__(self, handle: Any, names: Iterable[str]) -> None:
        special = {"xpsr": XPSR_WRITE_ID, "mode": REFRESH_MODE_ID}
        ids = [special.get(name) or REGISTER_IDS[name] for name in names]
        count = len(ids)
        self._handle = handle
        self._ids = (ctypes.c_int * count)(*ids)
        self._values = (ctypes.c_uint32 * count)()
        base = ctypes.addressof(self._values)
        self._pointers = (ctypes.c_void_p * count)(*(base + 4 * i for i in range(count)))
        self._count = count

    def write(self, *values: int) -> None:
        """Write `values` in order."""
        self._values[:] = list(values)
        uclib.uc_reg_write_batch(self._handle, self._ids, self._pointers, self._count)
