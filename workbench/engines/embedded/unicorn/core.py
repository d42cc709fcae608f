"""The core as Unicorn executes it: registers, memory map, and the events it stops at.

Unicorn knows the instruction set and the special registers; it knows no ARMv7-M exceptions, no
peripherals and no time. This file is all that touches its API. The calls on the hot path go
through ctypes directly: the Python binding's own wrappers take several times as long.

Measured behaviour of Unicorn 2.1.4 that this file stands on:

- A block hook runs before the block's exit check, so `uc_emu_stop` in it stops before the block.
- An access to a memory-mapped I/O region without permissions calls the PROT hook first, with
  every register exact; refusing there leaves the instruction undone, which is a precise fault.
- `exits` are compiled into the blocks: changing them needs `ctl_remove_cache`.
- Writing IPSR or CONTROL does not recompute the cached CPU mode; writing APSRREFRESH_MODE_ID does.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Iterable
from typing import Any

from unicorn import unicorn_const

from workbench.armv7m.architecture import Cfsr
from workbench.engines.embedded.bus import PAGE
from workbench.engines.embedded.events import (
    Access,
    Event,
    EventKind,
    Faulting,
    Refusal,
    exception_event,
)
from workbench.engines.embedded.unicorn.hidden_state import HiddenState
from workbench.engines.embedded.unicorn.library import (
    INTR_CALLBACK,
    INVALID_CALLBACK,
    MEM_CALLBACK,
    MMIO_READ,
    MMIO_WRITE,
    check,
    uclib,
)
from workbench.engines.embedded.unicorn.model import new_core
from workbench.engines.embedded.unicorn.registers import (
    ITSTATE,
    REFRESH_MODE_ID,
    REGISTER_IDS,
    XPSR_WRITE_ID,
    RegisterBatch,
    RegisterWriter,
)
from workbench.platform.cores import CoreModel

# Translated code is never freed, only flushed when this is full; enough for the largest firmware.
TRANSLATION_BYTES = 64 << 20


# (access, address, size, value written) -> the value read (0 for a write), or why it is refused
DeviceHandler = Callable[[Access, int, int, int], int | Refusal]

_NOWHERE = -1
_ACCESS_OF = {
    unicorn_const.UC_MEM_READ_UNMAPPED: Access.READ,
    unicorn_const.UC_MEM_READ_PROT: Access.READ,
    unicorn_const.UC_MEM_WRITE_UNMAPPED: Access.WRITE,
    unicorn_const.UC_MEM_WRITE_PROT: Access.WRITE,
    unicorn_const.UC_MEM_FETCH_UNMAPPED: Access.FETCH,
    unicorn_const.UC_MEM_FETCH_PROT: Access.FETCH,
}


_PC_ID, _XPSR_ID = REGISTER_IDS["pc"], REGISTER_IDS["xpsr"]
# uc_ctl's operation, two arguments, and what is written (unicorn.h, UC_CTL)
_REMOVE_CACHE = unicorn_const.UC_CTL_IO_WRITE << 30 | 2 << 26 | unicorn_const.UC_CTL_TB_REMOVE_CACHE
_SET_EXITS = unicorn_const.UC_CTL_IO_WRITE << 30 | 2 << 26 | unicorn_const.UC_CTL_UC_EXITS
_DATA_HOOKS = {
    Access.READ: unicorn_const.UC_HOOK_MEM_READ,
    Access.WRITE: unicorn_const.UC_HOOK_MEM_WRITE,
}


class Core:
    """One core of a model, with its memory map.

    `device` answers accesses to device pages and is asked about every access that plain memory
    refuses, `on_refused` is called for each that is not made. `is_wait_for_event` is asked when the
    core yields in a WFE.
    """

    def __init__(self, model: CoreModel) -> None:
        self._uc = _configure(new_core(model))
        self.handle = self._uc._uch
        self.hidden = HiddenState(self.handle, model)
        self.event: Event | None = None
        self.in_callback = False
        self.device: DeviceHandler = lambda *_: Faulting(Cfsr.PRECISERR)
        self.on_refused: Callable[[Access], None] = lambda access: None
        self.is_wait_for_event: Callable[[int], bool] = lambda pc: False
        self._failure: BaseException | None = None
        self._answered, self._device_value = _NOWHERE, 0  # of the load that is being made
        self._memories: list[mmap.mmap] = []
        self._scratch: mmap.mmap | None = None
        self._exits: frozenset[int] = frozenset()
        self._callbacks: list[Any] = []  # ctypes callbacks must outlive the hooks
        self._value = ctypes.c_uint64()
        self._value_ref = ctypes.byref(self._value)
        self._install_hooks()

    def close(self) -> None:
        """Free the emulator and the memories."""
        if self._uc is not None:
            uclib.uc_emu_stop(self.handle)
            self.hidden.close()
            self._uc = None
            self.handle = None
            self._callbacks.clear()

    # -- registers -----------------------------------------------------------------------------

    def batch(self, names: Iterable[str]) -> RegisterBatch:
        """Return a reader for `names`."""
        return RegisterBatch(self.handle, names)

    def writer(self, names: Iterable[str]) -> RegisterWriter:
        """Return a writer for `names`."""
        return RegisterWriter(self.handle, names)

    def get(self, name: str) -> int:
        """Return a register as the current privilege sees it."""
        uclib.uc_reg_read(self.handle, REGISTER_IDS[name], self._value_ref)
        return self._value.value & 0xFFFFFFFF

    def set(self, name: str, value: int) -> None:
        """Write a register; PC takes an address with or without bit 0."""
        if name == "xpsr":
            self.set_xpsr(value)
            return
        self._value.value = value & 0xFFFFFFFF
        if name == "pc":
            self._value.value |= 1  # Thumb
        uclib.uc_reg_write(self.handle, REGISTER_IDS[name], self._value_ref)

    def set_xpsr(self, value: int) -> None:
        """Write all of xPSR, IPSR included (which selects the stack pointer), and take note."""
        self._value.value = value
        uclib.uc_reg_write(self.handle, XPSR_WRITE_ID, self._value_ref)
        self.refresh_mode(value)

    def refresh_mode(self, xpsr: int) -> None:
        """Let QEMU recompute what it derives from mode and privilege (`arm_rebuild_hflags`)."""
        self._value.value = xpsr & 0xF0000000
        uclib.uc_reg_write(self.handle, REFRESH_MODE_ID, self._value_ref)

    def clear_exclusive(self) -> None:
        """As CLREX: no STREX stores before the next LDREX."""
        self.hidden.clear_exclusive()

    # -- memory --------------------------------------------------------------------------------

    def allocate(self, size: int) -> mmap.mmap:
        """Return zeroed host memory of a whole number of pages."""
        memory = mmap.mmap(-1, size)
        self._memories.append(memory)
        return memory

    @property
    def scratch(self) -> mmap.mmap:
        """A page of host memory for what nobody reads."""
        if self._scratch is None:
            self._scratch = self.allocate(PAGE)
        return self._scratch

    def map_memory(
        self, address: int, memory: mmap.mmap, size: int, permissions: int, offset: int = 0
    ) -> None:
        """Map `size` bytes of host memory from `offset` on at `address`; aliases may share it."""
        pointer = ctypes.addressof(ctypes.c_char.from_buffer(memory)) + offset
        self._uc.mem_map_ptr(address, size, permissions, pointer)

    def map_device(self, address: int, size: int) -> None:
        """Make the pages from `address` on ask `device` about every access."""
        read, write = self._mmio_callbacks(address)
        status = uclib.uc_mmio_map(
            self.handle,
            address,
            size,
            ctypes.cast(read, ctypes.c_void_p),
            None,
            ctypes.cast(write, ctypes.c_void_p),
            None,
        )
        check(status)
        self._uc.mem_protect(address, size, unicorn_const.UC_PROT_NONE)

    def protect(self, address: int, size: int, permissions: int) -> None:
        """Change the permissions (UC_PROT_*) of mapped pages."""
        self._uc.mem_protect(address, size, permissions)

    def unmap(self, address: int, size: int) -> None:
        """Take pages out of the map."""
        self._uc.mem_unmap(address, size)

    def forget_code(self, address: int, size: int) -> None:
        """The bytes at `address` changed behind the core's back: translate them anew."""
        start, end = ctypes.c_uint64(address), ctypes.c_uint64(address + size)
        check(uclib.uc_ctl(self.handle, _REMOVE_CACHE, start, end))

    def forget_all_code(self) -> None:
        """Translate everything anew."""
        self._uc.ctl_flush_tb()

    def forget_translations(self) -> None:
        """Flush the TLB: after a refused access it holds an entry that would let the next pass."""
        self._uc.ctl(unicorn_const.UC_CTL_TLB_FLUSH, unicorn_const.UC_CTL_IO_WRITE)

    # -- execution -----------------------------------------------------------------------------

    def set_exits(self, exits: frozenset[int]) -> None:
        """Stop before the instructions at these addresses."""
        if exits == self._exits:
            return
        for address in exits ^ self._exits:
            self.forget_code(address, 2)
        addresses = (ctypes.c_uint64 * len(exits))(*sorted(exits))
        check(uclib.uc_ctl(self.handle, _SET_EXITS, addresses, ctypes.c_size_t(len(exits))))
        self._exits = exits

    def run(self, pc: int) -> Event | None:
        """Execute from `pc` until a hook, an exit, WFI or an event stops the core.

        Bit 0 of `pc` becomes EPSR.T: without it the core raises INVSTATE.
        """
        self.event = None
        uclib.uc_emu_start(self.handle, pc, 0, 0, 0)
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        return self.event

    def stop(self) -> None:
        """Leave the emulation at the next block border (from a block hook: before the block)."""
        uclib.uc_emu_stop(self.handle)

    def add_block_hook(self, function: Any, user_data: int | None = None) -> None:
        """Call `function(uc, address, size, user_data)` before each block."""
        self._add_hook(unicorn_const.UC_HOOK_BLOCK, function, user_data)

    def add_code_hook(self, function: Any, user_data: int | None, address: int) -> None:
        """Call `function(uc, address, size, user_data)` before the instruction at `address`.

        Not called for an instruction whose condition fails. Only the blocks that hold the
        address pay for it.
        """
        self._add_hook(unicorn_const.UC_HOOK_CODE, function, user_data, address, address)
        self.forget_code(address, 2)

    def add_data_hook(
        self, function: Any, user_data: int | None, access: Access, start: int, end: int
    ) -> int:
        """Call `function(uc, type, address, size, value, user_data)` before data accesses that
        begin in [start, end).

        Slows every load and store, in there or not; the hook must call `leave_it_block` or do as
        it does. Returns what `remove_hook` takes.
        """
        hook = self._add_hook(_DATA_HOOKS[access], function, user_data, start, end - 1)
        self.forget_all_code()
        return hook

    def data_callback(self, on_access: Callable[[int, int, bool], None]) -> Any:
        """Return a function for `add_data_hook` that calls `on_access(address, size, is_write)`.

        It must outlive the hook. An exception in it ends the run.
        """

        def callback(uc: Any, kind: int, address: int, size: int, value: int, data: Any) -> bool:
            try:
                on_access(address, size, kind == unicorn_const.UC_MEM_WRITE)
            except BaseException as error:
                self.fail(error)
            return True

        return MEM_CALLBACK(callback)

    def remove_hook(self, hook: int) -> None:
        """Take a hook out again."""
        check(uclib.uc_hook_del(self.handle, hook))
        self.forget_all_code()

    def fail(self, error: BaseException) -> None:
        """Keep an exception of a callback, which cannot cross C, for `run` to raise."""
        if self._failure is None:
            self._failure = error
        uclib.uc_emu_stop(self.handle)

    @property
    def pc(self) -> int:
        """Address of the next instruction; in a device access, of the one that accesses."""
        uclib.uc_reg_read(self.handle, _PC_ID, self._value_ref)
        return self._value.value & 0xFFFFFFFF

    # -- hooks ---------------------------------------------------------------------------------

    def _add_hook(
        self, kind: int, function: Any, user_data: int | None = None, begin: int = 1, end: int = 0
    ) -> int:
        """Install a hook and return its handle; `begin` > `end` means everywhere."""
        hook = ctypes.c_size_t()
        status = uclib.uc_hook_add(
            self.handle,
            ctypes.byref(hook),
            kind,
            ctypes.cast(function, ctypes.c_void_p),
            user_data,
            begin,
            end,
        )
        check(status)
        self._callbacks.append(function)
        return hook.value

    def _install_hooks(self) -> None:
        def interrupt(uc: Any, number: int, data: Any) -> None:
            if self.event is None:
                self.event = exception_event(number)
            uclib.uc_emu_stop(self.handle)

        def invalid(uc: Any, data: Any) -> bool:
            try:
                if self.is_wait_for_event(self.pc):
                    return True
            except BaseException as error:
                self.fail(error)
            if self.event is None:
                self.event = Event(EventKind.UNDEFINED)
            return False

        def memory(uc: Any, kind: int, address: int, size: int, value: int, data: Any) -> bool:
            return self._on_access(_ACCESS_OF[kind], address, size, value)

        self._add_hook(unicorn_const.UC_HOOK_INTR, INTR_CALLBACK(interrupt))
        self._add_hook(unicorn_const.UC_HOOK_INSN_INVALID, INVALID_CALLBACK(invalid))
        self._add_hook(unicorn_const.UC_HOOK_MEM_INVALID, MEM_CALLBACK(memory))

    def _on_access(self, access: Access, address: int, size: int, value: int) -> bool:
        if self.event is not None:
            return False  # behind a conditional store that was refused, see `conditional_stores.py`
        self.in_callback = True
        try:
            answer = self.device(access, address, size, value)
        except BaseException as error:
            self.fail(error)
            answer = Faulting(Cfsr.PRECISERR)
        finally:
            self.in_callback = False
        if not isinstance(answer, int):
            self.event = Event(EventKind.ACCESS, size, address, access, answer)
            self.on_refused(access)
            return False
        if access is Access.READ:
            self._answered, self._device_value = address, answer
        self.leave_it_block()
        return True

    def leave_it_block(self) -> None:
        """Undo what Unicorn does to ITSTATE before it calls a memory hook.

        It restores PC *and* ITSTATE to those of the accessing instruction. The rest of the
        translated block keeps its own account of the IT block and never writes ITSTATE, so the
        next block would start as if it were still in there.
        """
        value = self._value
        uclib.uc_reg_read(self.handle, _XPSR_ID, self._value_ref)
        if value.value & ITSTATE:
            value.value = value.value & 0xFFFFFFFF & ~ITSTATE
            uclib.uc_reg_write(self.handle, XPSR_WRITE_ID, self._value_ref)

    def _mmio_callbacks(self, base: int) -> tuple[Any, Any]:
        # The access has been made in the PROT hook; what is left is to hand over the value. Only
        # the aligned words that an unaligned load is made of come without that hook.
        def read(uc: Any, offset: int, size: int, data: Any) -> int:
            if base + offset == self._answered:
                self._answered = _NOWHERE
                return self._device_value
            answer = self.device(Access.READ, base + offset, size, 0)
            return answer if isinstance(answer, int) else 0

        callbacks = MMIO_READ(read), MMIO_WRITE(lambda uc, offset, size, value, data: None)
        self._callbacks += callbacks
        return callbacks


def _configure(uc: Any) -> Any:
    uc.ctl_set_tcg_buffer_size(TRANSLATION_BYTES)
    uc.ctl_exits_enabled(True)
    return uc
