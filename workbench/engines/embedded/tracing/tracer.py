"""Exact counting and recording of the blocks that the core executes.

The hook of a tracer runs before every block. There is one in C (`csrc/`, optional) and the
one here; both count the same, and both share `BlockState` with the machine.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from workbench.armv7m.thumb import BlockFlag, decode, register_name, scan
from workbench.engines.code_cache import CacheShape, CodeCache, Lines
from workbench.engines.embedded.block_state import SETTLED, BlockState, StopCause
from workbench.engines.embedded.tracing.recordings import NO_BLOCK, BlockRecord, Purpose, Recording
from workbench.engines.embedded.unicorn.base_registers import Expression, low_bits
from workbench.engines.embedded.unicorn.block_tracer import BlockTracer

_SEV, _DIVIDE, _MULTIPLE = int(BlockFlag.SEV), int(BlockFlag.DIVIDE), int(BlockFlag.MULTIPLE)
_EXCLUSIVE, _BASEPRI_MAX = int(BlockFlag.EXCLUSIVE), int(BlockFlag.BASEPRI_MAX)
_BASEPRI, _STACK = int(BlockFlag.BASEPRI | BlockFlag.BASEPRI_MAX), int(BlockFlag.STACK)


class Tracer(BlockTracer, Protocol):
    """Counts, and between `start` and `stop` of a recording records.

    Call `start` and `stop` only while the core is stopped: the block being executed may still be
    truncated.
    """

    def add_memory(self, start: int, end: int, memory: mmap.mmap, is_volatile: bool) -> None:
        """Code may lie at [start, end), seen by the host in `memory`.

        `is_volatile`: it can change under way (RAM), so each execution compares the bytes.
        """

    def use_code_cache(self, shape: CacheShape) -> None:
        """Follow the part's code cache while something is recorded."""

    def start(self, purpose: Purpose) -> None:
        """Begin to record; the edge to the next block is not recorded."""

    def cut(self, purpose: Purpose) -> Recording:
        """Return what has been recorded since `start` or the last cut, and go on."""

    def stop(self, purpose: Purpose) -> Recording:
        """Stop recording; return what has been recorded since `start` or the last cut."""

    def code_lines(self, purpose: Purpose) -> Lines:
        """Return the lines in the code cache that were executed since the recording was started."""

    def code_misses(self) -> tuple[int, int]:
        """Return the misses of the code cache for CYCLES, in sequence and by a jump, which begins
        with nothing in it. The block issued last is not in them yet.
        """

    def resume(self, lines: Lines) -> None:
        """The machine has been put back: the block in the state was issued last, and CYCLES goes on
        with these lines in the code cache. What it has recorded and not returned is lost.
        """

    def change(self, address: int, size: int) -> None:
        """The code there may have changed."""

    def forget(self) -> None:
        """Code may have changed: decode blocks anew."""


_BLOCK_CALLBACK = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p
)


class PythonTracer:
    """The tracer where there is no C extension.

    `stop` ends the emulation before the current block; `fail` takes an exception out of the hook.
    """

    def __init__(
        self,
        stop: Callable[[], None],
        fail: Callable[[BaseException], None],
        read_register: Callable[[str], int],
        write_register: Callable[[str, int], None],
    ) -> None:
        self.state = BlockState.unlimited()
        self._write_register = write_register
        self.user_data: int | None = None
        self._stop = stop
        self._read_register = read_register
        self._memories: list[tuple[int, int, mmap.mmap, bool]] = []
        # (address, size) -> instructions, flags, index of the block, bytes if volatile
        self._known: dict[tuple[int, int], tuple[int, int, int, bytes | None]] = {}
        self._blocks: list[tuple[int, bytes]] = []
        self._indices: dict[tuple[int, bytes], int] = {}
        self._records: dict[Purpose, BlockRecord] = {}
        self._code_cache: CodeCache | None = None
        self._bases: dict[tuple[int, int], Sequence[Expression]] = {}

        def hook(uc: Any, address: int, size: int, data: Any) -> None:
            try:
                self._on_block(address, size)
            except BaseException as error:
                fail(error)

        def inspect_hook(uc: Any, address: int, size: int, data: Any) -> None:
            try:
                self._on_inspected(address, size)
            except BaseException as error:
                fail(error)

        self.hook = _BLOCK_CALLBACK(hook)
        self.inspect_hook = _BLOCK_CALLBACK(inspect_hook)

    def add_memory(self, start: int, end: int, memory: mmap.mmap, is_volatile: bool) -> None:
        self._memories.append((start, end, memory, is_volatile))

    def use_code_cache(self, shape: CacheShape) -> None:
        self._code_cache = CodeCache(shape)

    def start(self, purpose: Purpose) -> None:
        self._records[purpose] = BlockRecord()
        self._follow(purpose, True)

    def cut(self, purpose: Purpose) -> Recording:
        cache = self._code_cache if purpose is Purpose.TRACE else None
        record = self._records.get(purpose, BlockRecord())
        return record.cut(self._blocks, *(cache.cut() if cache else ({}, [])))

    def stop(self, purpose: Purpose) -> Recording:
        self._follow(purpose, False)
        recording = self.cut(purpose)
        self._records.pop(purpose, None)
        return recording

    def _follow(self, purpose: Purpose, on: bool) -> None:
        if self._code_cache is None:
            return
        if purpose is Purpose.TRACE:
            self._code_cache.record(on)
        else:
            self._code_cache.count(on)

    def code_lines(self, purpose: Purpose) -> Lines:
        cache = self._code_cache
        return cache.lines(purpose is Purpose.CYCLES) if cache is not None else ()

    def code_misses(self) -> tuple[int, int]:
        return self._code_cache.counted() if self._code_cache is not None else (0, 0)

    def resume(self, lines: Lines) -> None:
        state = self.state
        if self._code_cache is not None:
            self._code_cache.restore(lines, state.address + state.size)
        if Purpose.CYCLES in self._records:
            last = self._look_up(state.address, state.size)[2] if state.size else NO_BLOCK
            self._records[Purpose.CYCLES] = BlockRecord(last)
        if Purpose.TRACE in self._records:
            self._records[Purpose.TRACE].leave_out()

    def truncate(self, size: int) -> None:
        state = self.state
        if size >= state.size:
            return
        address = state.address
        state.count -= state.instructions
        if self._records and self._code_cache is not None:
            self._code_cache.take_back()
        for record in self._records.values():
            record.take_back()
        if size:
            self.issue(address, size)
        else:
            state.size = state.instructions = state.flags = 0

    def issue(self, address: int, size: int) -> None:
        self._issue(address, size, *self._look_up(address, size)[:3])

    def accept(self, address: int, size: int, flags: int, bases: Sequence[Expression] = ()) -> None:
        count, before, index, kept = self._look_up(address, size)
        self._known[address, size] = (count, before & ~flags, index, kept)
        if bases:
            self._bases[address, size] = bases

    def change(self, address: int, size: int) -> None:
        self.forget()

    def forget(self) -> None:
        self._known.clear()
        self._bases.clear()

    def _look_up(self, address: int, size: int) -> tuple[int, int, int, bytes | None]:
        known = self._known.get((address, size))
        if known is not None and known[3] is None:
            return known
        code, is_volatile = self._read_code(address, size)
        if known is not None and known[3] == code:
            return known
        count, flags = scan(code)
        kept = code if is_volatile else None
        index = self._indices.get((address, code))
        if index is None:
            index = self._indices[address, code] = len(self._blocks)
            self._blocks.append((address, code))
        self._bases.pop((address, size), None)
        known = self._known[address, size] = (count, flags, index, kept)
        return known

    def _read_code(self, address: int, size: int) -> tuple[bytes, bool]:
        for start, end, memory, is_volatile in self._memories:
            if start <= address and address + size <= end:
                return memory[address - start : address - start + size], is_volatile
        return bytes(size), False

    def _on_inspected(self, address: int, size: int) -> None:
        one = decode(self._read_code(address, size)[0])
        flags = one.flags & self.state.stop_before
        read = self._read_register
        if flags & _DIVIDE and not read(register_name(one.other or 0)):
            self.state.cause = StopCause.DIVIDE
        elif flags & _MULTIPLE and read(register_name(one.base or 0)) & 3:
            self.state.cause = StopCause.UNALIGNED
        else:
            return
        self._stop()

    def _has_unaligned_base(self, bases: Sequence[Expression]) -> bool:
        return any(low_bits(base, self._read_register) for base in bases)

    def _ends_behind_last(self) -> bool:
        state = self.state
        if state.flags & _BASEPRI:
            self._settle_basepri()
        if state.flags & _STACK:
            self._align_stack("msp")
            self._align_stack("psp")
        return bool(state.flags & state.stop_after & ~SETTLED)

    def _align_stack(self, name: str) -> None:
        written = self._read_register(name)
        if written & 3:
            self._write_register(name, written & ~3)

    def _settle_basepri(self) -> None:
        """The last block wrote BASEPRI: it keeps the bits that the part has. BASEPRI_MAX does not
        take a value that is 0 without the others.
        """
        state = self.state
        written = self._read_register("basepri")
        held = written & state.priority_mask
        if state.flags & _BASEPRI_MAX and not held:
            held = state.basepri
        state.basepri = held
        if held != written:
            self._write_register("basepri", held)

    def _on_block(self, address: int, size: int) -> None:
        state = self.state
        count, flags, index, _ = self._look_up(address, size)
        issued = state.count
        if state.flags & state.stop_after and self._ends_behind_last():
            cause = StopCause.AFTER
        elif issued >= state.deadline:
            cause = StopCause.DEADLINE
        elif flags & state.stop_before:
            cause = StopCause.BEFORE
        elif issued + count > state.limit:
            cause = StopCause.LIMIT
        elif (
            (bases := self._bases.get((address, size)))
            and state.stop_before & _MULTIPLE
            and self._has_unaligned_base(bases)
        ):
            cause = StopCause.BASE
        else:
            self._issue(address, size, count, flags, index)
            return
        state.cause = cause
        state.refused_size = size
        state.refused_flags = flags
        self._stop()

    def _issue(self, address: int, size: int, count: int, flags: int, index: int) -> None:
        state = self.state
        state.count += count
        state.address = address
        state.size = size
        state.instructions = count
        state.flags = flags
        if flags & _SEV:
            state.event = 1
        if flags & _EXCLUSIVE:
            state.exclusive = 1
        for record in self._records.values():
            record.issue(index)
        if self._records and self._code_cache is not None:
            self._code_cache.use(index, address, size)
