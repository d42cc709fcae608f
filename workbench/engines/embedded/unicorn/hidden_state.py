"""State of Unicorn's core that no register number reaches: the exclusive monitor, and what the FPU
begins a context with.

Unicorn does save and restore that state, as a context: a copy of QEMU's CPUARMState (target/arm/
cpu.h). Where the fields lie is found out with a core of its own, by what it saves before and after
it executes a few instructions; nothing is assumed of the layout but the order of neighbours, and
that is checked by what the core does.
"""

from __future__ import annotations

import ctypes
import struct
from dataclasses import dataclass
from functools import cache
from typing import Any

from unicorn import arm_const

from workbench.engines.embedded.unicorn.library import uclib
from workbench.engines.embedded.unicorn.model import new_core
from workbench.errors import EngineError
from workbench.platform.cores import CoreModel

_CODE, _DATA = 0x1000, 0x2ABC
_LDREX = bytes.fromhex("50e8002f")  # LDREX r2, [r0]
_VMRS = bytes.fromhex("f1ee101a")  # VMRS r1, FPSCR
_NO_ADDRESS = (1 << 64) - 1  # of the monitor while nothing is exclusive
# CPUARMState.v7m: words from control (of the bank that holds FPCA) to fpccr and fpdscr
_TO_FPCCR, _TO_FPDSCR = 31, 33
_ASPEN = 1 << 31
_DEFAULTS = 0x0200_0000  # FPDSCR.DN, to try with


class Context:
    """A copy of the core's state in the form in which Unicorn restores it."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle
        self._context = ctypes.c_void_p()
        uclib.uc_context_alloc(handle, ctypes.byref(self._context))
        self._size = uclib.uc_context_size(handle)

    def close(self) -> None:
        """Free the copy."""
        if self._context:
            uclib.uc_context_free(self._context)
            self._context = ctypes.c_void_p()

    def save(self) -> None:
        """Copy the core's state."""
        uclib.uc_context_save(self._handle, self._context)

    def restore(self) -> None:
        """Give the core the state of the copy; not while it executes."""
        uclib.uc_context_restore(self._handle, self._context)

    def copy(self) -> bytes:
        """Return the copy."""
        return ctypes.string_at(self._context, self._size)

    def put(self, offset: int, data: bytes) -> None:
        """Change the copy."""
        ctypes.memmove((self._context.value or 0) + offset, data, len(data))


@dataclass(frozen=True)
class _Layout:
    """Offsets in a context."""

    exclusive: int
    fpccr: int
    fpdscr: int


class HiddenState:
    """Writes that state of one core; not while the core executes."""

    def __init__(self, handle: Any, model: CoreModel) -> None:
        self._context = Context(handle)
        self._model = model
        self._float = (True, 0)  # as after reset

    def close(self) -> None:
        """Free what it holds."""
        self._context.close()

    def clear_exclusive(self) -> None:
        """As CLREX: no STREX stores before the next LDREX."""
        self.set_exclusive(_NO_ADDRESS, 0)

    def exclusive(self) -> tuple[int, int]:
        """Return the address that the last LDREX marked, and the value that it found there."""
        self._context.save()
        address, value = struct.unpack_from(
            "<QQ", self._context.copy(), _layout(self._model).exclusive
        )
        return address, value

    def set_exclusive(self, address: int, value: int) -> None:
        """Put back what `exclusive` returned."""
        layout = _layout(self._model)
        self._context.save()
        self._context.put(layout.exclusive, struct.pack("<QQ", address, value))
        self._context.restore()

    def set_float(self, is_automatic: bool, defaults: int) -> None:
        """Set FPCCR.ASPEN, and FPDSCR, which FPSCR takes at a new floating-point context."""
        if (is_automatic, defaults) == self._float:
            return
        self._float = is_automatic, defaults
        layout = _layout(self._model)
        self._context.save()
        self._context.put(layout.fpccr, struct.pack("<I", _ASPEN if is_automatic else 0))
        self._context.put(layout.fpdscr, struct.pack("<I", defaults))
        self._context.restore()


@cache
def _layout(model: CoreModel) -> _Layout:
    """Find the offsets, which are the same in every core of this process and model."""
    uc = new_core(model)
    context = Context(uc._uch)
    try:
        uc.mem_map(_CODE, 0x2000)
        uc.mem_write(_CODE, _LDREX + _VMRS)
        exclusive = _exclusive_offset(uc, context)
        control = _control_offset(uc, context)
        layout = _Layout(exclusive, control + 4 * _TO_FPCCR, control + 4 * _TO_FPDSCR)
        if not _is_right(uc, context, layout):
            raise EngineError(
                "this release of Unicorn keeps the state of its core in an unknown order",
                hint="install unicorn 2.1.4: pip install unicorn==2.1.4",
            )
        return layout
    finally:
        context.close()


def _exclusive_offset(uc: Any, context: Context) -> int:
    uc.reg_write(arm_const.UC_ARM_REG_R0, _DATA)
    context.save()
    before = context.copy()
    uc.emu_start(_CODE | 1, _CODE + len(_LDREX))
    context.save()
    wanted = struct.pack("<Q", _DATA)
    after = context.copy()
    offset = after.find(wanted)
    nothing = struct.pack("<Q", _NO_ADDRESS)
    while offset >= 0 and before[offset : offset + 8] != nothing:
        offset = after.find(wanted, offset + 1)
    return offset


def _control_offset(uc: Any, context: Context) -> int:
    context.save()
    before = context.copy()
    uc.reg_write(arm_const.UC_ARM_REG_CONTROL, 4)  # FPCA
    context.save()
    after = context.copy()
    uc.reg_write(arm_const.UC_ARM_REG_CONTROL, 0)
    return next(i for i in range(0, len(after), 4) if before[i : i + 4] != after[i : i + 4])


def _is_right(uc: Any, context: Context, layout: _Layout) -> bool:
    """Return whether a context that is changed there has the effect that it must have."""
    if layout.exclusive < 0:
        return False
    results = []
    for is_automatic in (True, False):
        context.save()
        context.put(layout.fpccr, struct.pack("<I", _ASPEN if is_automatic else 0))
        context.put(layout.fpdscr, struct.pack("<I", _DEFAULTS))
        context.restore()
        uc.reg_write(arm_const.UC_ARM_REG_CONTROL, 0)
        uc.reg_write(arm_const.UC_ARM_REG_FPSCR, 0)
        uc.emu_start(_CODE + len(_LDREX) | 1, _CODE + len(_LDREX) + len(_VMRS))
        r1, control = arm_const.UC_ARM_REG_R1, arm_const.UC_ARM_REG_CONTROL
        results.append((uc.reg_read(r1), uc.reg_read(control)))
    return results == [(_DEFAULTS, 4), (0, 0)]
