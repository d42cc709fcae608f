"""Exact counting and recording of the blocks that the core executes.

The hook of a tracer runs before every block. There is one in C (`csrc/`, optional) and the
one here; both count the same, and both share `TracerState` with the machine.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol

from workbench.engines.code_cache import CacheShape, CodeCache, FirstUse, Lines, Misses
from workbench.thumb import BlockFlag, base_register, register_name, scan

NEVER = (1 << 64) - 1
NO_BLOCK = -1
_SEV, _DIVIDE, _MULTIPLE = int(BlockFlag.SEV), int(BlockFlag.DIVIDE), int(BlockFlag.MULTIPLE)
CHECKS = 256  # how often the base of an instruction with the flag MULTIPLE is looked at
CHECK_SLOTS = 1 << 12  # instructions whose addresses end in the same bits share a counter
MOST_CHECKED = 64


class StopCause(IntEnum):
    """Why a tracer refused a block. The C tracer has the same values."""

    NONE = 0
    DEADLINE = 1  # `count` has reached `deadline`
    LIMIT = 2  # the block would take `count` beyond `limit`
    BEFORE = 3  # the block has a flag of `stop_before`
    AFTER = 4  # the block before it had a flag of `stop_after`
    FAILED = 5  # the tracer ran out of memory
    DIVIDE = 6  # inside a block: an inspected division by zero is about to execute
    UNALIGNED = 7  # inside a block: an inspected access from an unaligned base is


class TracerState(ctypes.Structure):
    """What a tracer and the machine share. The C tracer has the same layout."""

    _fields_ = (
        ("count", ctypes.c_uint64),  # instructions issued since reset
        ("deadline", ctypes.c_uint64),
        ("limit", ctypes.c_uint64),
        ("stop_before", ctypes.c_uint32),  # BlockFlag bits
        ("stop_after", ctypes.c_uint32),
        ("cause", ctypes.c_uint32),  # StopCause of the refused block, 0 if none was
        ("event", ctypes.c_uint32),  # 1 once a block with SEV was issued
        ("address", ctypes.c_uint32),  # the block issued last: start, bytes, instructions, flags
        ("size", ctypes.c_uint32),
        ("instructions", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("refused_size", ctypes.c_uint32),  # the refused block: bytes
        ("refused_flags", ctypes.c_uint32),  # and its BlockFlag bits
        ("checked", ctypes.c_uint32),  # instructions that `checked` returns
    )

    count: int
    deadline: int
    limit: int
    stop_before: int
    stop_after: int
    cause: int
    event: int
    address: int
    size: int
    instructions: int
    flags: int
    refused_size: int
    refused_flags: int
    checked: int


@dataclass(frozen=True)
class Recording:
    """What a tracer has recorded: blocks and the edges between them, by index into `blocks`.

    blocks: (start address, code, times issued); 0 times where only an edge leaves from it.
    edges: (index before, index after) -> times.
    misses, firsts: of the code cache, their pieces being blocks by index.
    """

    blocks: tuple[tuple[int, bytes, int], ...]
    edges: dict[tuple[int, int], int]
    misses: Misses
    firsts: tuple[FirstUse, ...]


BlockCost = Callable[[int, bytes], tuple[int, int, int]]
"""(address, code) of a block -> its cycles, those of a jump from its end, and those that a jump to
its start takes more."""


class Tracer(Protocol):
    """Counts, and between `start` and `stop` records."""

    state: TracerState
    hook: Any  # the C function for the block hook
    inspect_hook: Any  # the C function to run before an instruction that may trap
    user_data: int | None

    def add_memory(self, start: int, end: int, memory: mmap.mmap, is_volatile: bool) -> None:
        """Code may lie at [start, end), seen by the host in `memory`.

        `is_volatile`: it can change under way (RAM), so each execution compares the bytes.
        """

    def use_code_cache(self, shape: CacheShape) -> None:
        """Follow the part's code cache while recording or counting."""

    def start(self) -> None: ...

    def cut(self) -> Recording:
        """Return what has been recorded since `start` or the last cut, and go on."""

    def stop(self) -> Recording:
        """Stop recording; return what has been recorded since `start` or the last cut."""

    def count(self, on: bool) -> None:
        """Count what `cycles` needs from now on, or stop."""

    def cycles(self, cost: BlockCost) -> int:
        """Return the cycles of what was executed while `count` was on; `cost` is asked once a
        block.
        """

    def code_lines(self, of_count: bool) -> Lines:
        """Return the lines in the code cache that the count, or the recording, has seen."""

    def code_misses(self) -> tuple[int, int, int]:
        """Return the misses of the code cache while counting, in sequence and by a jump, and the
        address that the code before the block issued last ends at.
        """

    def restore_code(self, lines: Lines, end: int) -> None:
        """The count goes on with these lines in the code cache, behind code that ends at `end`."""

    def truncate(self, size: int) -> None:
        """Of the block issued last only the first `size` bytes were executed."""

    def issue(self, address: int, size: int) -> None:
        """Count a block that the hook has not seen: an instruction that trapped before it ran."""

    def accept(self, address: int, size: int, flags: int) -> None:
        """Do not refuse this block for these BlockFlag bits any more."""

    def checked(self) -> list[int]:
        """Return and forget the addresses of instructions whose base was looked at CHECKS times."""

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
    ) -> None:
        self.state = TracerState(deadline=NEVER, limit=NEVER)
        self.user_data: int | None = None
        self._stop = stop
        self._read_register = read_register
        self._memories: list[tuple[int, int, mmap.mmap, bool]] = []
        # (address, size) -> instructions, flags, index of the block, bytes if volatile
        self._known: dict[tuple[int, int], tuple[int, int, int, bytes | None]] = {}
        self._blocks: list[tuple[int, bytes]] = []
        self._indices: dict[tuple[int, bytes], int] = {}
        self._counts: list[int] = []
        self._edges: dict[tuple[int, int], int] = {}
        self._recording = False
        self._last = NO_BLOCK
        self._before_last = NO_BLOCK
        self._counting = False
        self._passed: dict[tuple[int, int], int] = {}  # (block before, block) -> times
        self._timed: dict[int, tuple[int, int, int]] = {}  # block -> BlockCost
        self._timed_last = self._timed_before = NO_BLOCK
        self._code_cache: CodeCache | None = None
        self._checks: dict[int, int] = {}
        self._checked: list[int] = []

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

    def start(self) -> None:
        self._counts = [0] * len(self._blocks)
        self._edges = {}
        self._last = self._before_last = NO_BLOCK
        self._recording = True
        if self._code_cache is not None:
            self._code_cache.record(True)

    def cut(self) -> Recording:
        edges = {edge: times for edge, times in self._edges.items() if times}
        left = {before for before, _ in edges}
        used = [i for i, times in enumerate(self._counts) if times or i in left]
        renumbered = {old: new for new, old in enumerate(used)}
        misses, firsts = self._code_cache.cut() if self._code_cache else ({}, [])
        recording = Recording(
            tuple((*self._blocks[i], self._counts[i]) for i in used),
            {(renumbered[a], renumbered[b]): times for (a, b), times in edges.items()},
            {(renumbered[i], line): times for (i, line), times in misses.items()},
            tuple((line, renumbered[i], index, way) for line, i, index, way in firsts),
        )
        self._counts = [0] * len(self._blocks)
        self._edges = {}
        return recording

    def stop(self) -> Recording:
        self._recording = False
        if self._code_cache is not None:
            self._code_cache.record(False)
        return self.cut()

    def count(self, on: bool) -> None:
        self._counting = on
        self._timed_last = self._timed_before = NO_BLOCK
        if self._code_cache is not None:
            self._code_cache.count(on)

    def cycles(self, cost: BlockCost) -> int:
        total = 0
        for (before, block), times in self._passed.items():
            address, _ = self._blocks[block]
            own, _, extra = self._time(block, cost)
            total += times * own
            if before != NO_BLOCK:
                start, piece = self._blocks[before]
                if start + len(piece) != address:
                    total += times * (self._time(before, cost)[1] + extra)
        return total

    def _time(self, block: int, cost: BlockCost) -> tuple[int, int, int]:
        found = self._timed.get(block)
        if found is None:
            found = self._timed[block] = cost(*self._blocks[block])
        return found

    def code_lines(self, of_count: bool) -> Lines:
        return self._code_cache.lines(of_count) if self._code_cache else ()

    def code_misses(self) -> tuple[int, int, int]:
        return self._code_cache.counted() if self._code_cache else (0, 0, 0)

    def restore_code(self, lines: Lines, end: int) -> None:
        if self._code_cache is not None:
            self._code_cache.restore(lines, end)

    def truncate(self, size: int) -> None:
        state = self.state
        if size >= state.size:
            return
        address = state.address
        state.count -= state.instructions
        if self._counting and self._timed_last != NO_BLOCK:
            self._passed[self._timed_before, self._timed_last] -= 1
            self._timed_last = self._timed_before
        if self._code_cache is not None:
            self._code_cache.take_back()
        if self._recording and self._last != NO_BLOCK:
            self._counts[self._last] -= 1
            if self._before_last != NO_BLOCK:
                self._edges[self._before_last, self._last] -= 1
            self._last = self._before_last
        if size:
            self.issue(address, size)
        else:
            state.size = state.instructions = state.flags = 0

    def issue(self, address: int, size: int) -> None:
        self._issue(address, size, *self._look_up(address, size)[:3])

    def accept(self, address: int, size: int, flags: int) -> None:
        count, before, index, kept = self._look_up(address, size)
        self._known[address, size] = (count, before & ~flags, index, kept)

    def checked(self) -> list[int]:
        found, self._checked = self._checked, []
        self.state.checked = 0
        return found

    def forget(self) -> None:
        self._known.clear()

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
            self._counts.append(0)
        known = self._known[address, size] = (count, flags, index, kept)
        return known

    def _read_code(self, address: int, size: int) -> tuple[bytes, bool]:
        for start, end, memory, is_volatile in self._memories:
            if start <= address and address + size <= end:
                return memory[address - start : address - start + size], is_volatile
        return bytes(size), False

    def _on_inspected(self, address: int, size: int) -> None:
        code, _ = self._read_code(address, size)
        first = code[0] | code[1] << 8
        flags = scan(code)[1] & self.state.stop_before
        if flags & _DIVIDE:
            if not self._read_register(register_name(code[2] & 0xF)):
                self.state.cause = StopCause.DIVIDE
                self._stop()
        elif flags & _MULTIPLE:
            if self._read_register(register_name(base_register(first))) & 3:
                self.state.cause = StopCause.UNALIGNED
                self._stop()
            else:
                self._note_check(address)

    def _note_check(self, address: int) -> None:
        slot = address >> 1 & CHECK_SLOTS - 1
        self._checks[slot] = self._checks.get(slot, 0) + 1
        if self._checks[slot] < CHECKS:
            return
        self._checks[slot] = 0
        if len(self._checked) < MOST_CHECKED:
            self._checked.append(address)
        self.state.checked = len(self._checked)
        self.state.deadline = 0

    def _on_block(self, address: int, size: int) -> None:
        state = self.state
        count, flags, index, _ = self._look_up(address, size)
        issued = state.count
        if state.flags & state.stop_after:
            cause = StopCause.AFTER
        elif issued >= state.deadline:
            cause = StopCause.DEADLINE
        elif flags & state.stop_before:
            cause = StopCause.BEFORE
        elif issued + count > state.limit:
            cause = StopCause.LIMIT
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
        if self._recording:
            self._counts[index] += 1
            last = self._last
            if last != NO_BLOCK:
                edge = (last, index)
                self._edges[edge] = self._edges.get(edge, 0) + 1
            self._before_last = last
            self._last = index
        if self._counting:
            passed = (self._timed_last, index)
            self._passed[passed] = self._passed.get(passed, 0) + 1
            self._timed_before, self._timed_last = passed
        if self._code_cache is not None and (self._recording or self._counting):
            self._code_cache.use(index, address, size)
