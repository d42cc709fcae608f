"""The C tracer, with the face that `PythonTracer` has."""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Sequence
from typing import Any

from workbench.engines.code_cache import CacheShape, FirstUse, Lines, Misses
from workbench.engines.embedded.block_state import BlockState
from workbench.engines.embedded.tracing.recordings import Purpose, Recording
from workbench.engines.embedded.unicorn.base_registers import Expression
from workbench.engines.embedded.unicorn.library import uclib
from workbench.engines.embedded.unicorn.registers import REGISTER_IDS


class NativeTracer:
    """Wraps `_tracer.Tracer`; memories must be announced with `add_memory`."""

    def __init__(self, module: Any) -> None:
        stop = ctypes.cast(uclib.uc_emu_stop, ctypes.c_void_p).value
        read = ctypes.cast(uclib.uc_reg_read, ctypes.c_void_p).value
        write = ctypes.cast(uclib.uc_reg_write, ctypes.c_void_p).value
        registers = (REGISTER_IDS[name] for name in ("r0", "lr", "basepri", "msp", "psp"))
        self._tracer = module.Tracer(stop, read, write, *registers)
        state, hook, inspect_hook, user_data, size = self._tracer.addresses()
        assert size == ctypes.sizeof(BlockState), "BlockState and its twin in C differ"
        self.state = BlockState.from_address(state)
        self.hook = ctypes.c_void_p(hook)
        self.inspect_hook = ctypes.c_void_p(inspect_hook)
        self.user_data: int | None = user_data

    def add_memory(self, start: int, end: int, memory: mmap.mmap, is_volatile: bool) -> None:
        host = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        self._tracer.add_range(start, end, host, is_volatile)

    def use_code_cache(self, shape: CacheShape) -> None:
        self._tracer.use_code_cache(shape.lines, shape.line_shift, shape.flash)

    def start(self, purpose: Purpose) -> None:
        self._tracer.start(purpose)

    def cut(self, purpose: Purpose) -> Recording:
        return _recording(*self._tracer.cut(purpose))

    def stop(self, purpose: Purpose) -> Recording:
        return _recording(*self._tracer.stop(purpose))

    def code_lines(self, purpose: Purpose) -> Lines:
        found: list[int] = self._tracer.code_lines(purpose)
        return found

    def code_misses(self) -> tuple[int, int]:
        in_sequence, by_jump = self._tracer.code_misses()
        return in_sequence, by_jump

    def resume(self, lines: Lines) -> None:
        self._tracer.resume(lines)

    def truncate(self, size: int) -> None:
        self._tracer.truncate(size)

    def issue(self, address: int, size: int) -> None:
        self._tracer.issue(address, size)

    def accept(self, address: int, size: int, flags: int, bases: Sequence[Expression] = ()) -> None:
        self._tracer.accept(address, size, flags, bases)

    def change(self, address: int, size: int) -> None:
        self._tracer.change(address, size)

    def forget(self) -> None:
        self._tracer.forget()


def _recording(
    blocks: list[tuple[int, bytes, int]],
    edges: dict[tuple[int, int], int],
    misses: Misses,
    firsts: list[FirstUse],
) -> Recording:
    return Recording(tuple(blocks), edges, misses, tuple(firsts))
