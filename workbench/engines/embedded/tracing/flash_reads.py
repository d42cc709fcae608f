"""Which instructions read data from flash, and how often: what flash wait states apply to.

A hook on memory reads makes every load slower (measured: the run takes two to four times as long),
so it is there only while a trace that wants it is recorded.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from workbench.engines.embedded.events import Access
from workbench.engines.embedded.unicorn.core import Core
from workbench.engines.embedded.unicorn.library import MEM_CALLBACK, uclib
from workbench.engines.embedded.unicorn.registers import ITSTATE, REGISTER_IDS, XPSR_WRITE_ID
from workbench.support.c_parts import import_c_part
from workbench.trace import NO_CACHE, CacheSize, FlashReads, LineCache

Found = dict[int, tuple[int, int]]
FlashRanges = Sequence[tuple[int, int]]
"""(start, end) of each range in which flash is visible."""

_C_PART = "workbench.engines.embedded.tracing._reads"


class ReadCounter(Protocol):
    """The hook, and what it has counted."""

    hook: Any
    user_data: int | None

    def use_data_cache(self, size: CacheSize) -> None:
        """Count the misses of this cache, the part's, from now on; it is empty."""

    def counts(self) -> Found:
        """Return {instruction: (reads, lines)}."""

    def totals(self) -> tuple[int, int]:
        """Return (reads, lines) of all instructions; the lines are those of a cache of their own,
        which never forgets any, so that they do not depend on what is traced.
        """

    def cut(self) -> dict[int, int]:
        """Return {instruction: reads} since the last cut."""

    def pause(self, on: bool) -> None:
        """Count no read until it is off again: those that follow will be undone."""

    def forget_lines(self) -> None:
        """No line was read before, so that a trace does not depend on what was before it."""

    def lines(self) -> list[int]:
        """Return the lines in the cache of the totals, the latest first."""

    def restore(self, lines: list[int]) -> None:
        """The cache of the totals holds these lines, the latest first."""

    def filter_unaligned(self, hook: Any) -> tuple[Any, int | None]:
        """Return a data hook, and its user data, that calls `hook` at least at unaligned accesses
        and has seen to the IT block at the others.
        """


class PythonReads:
    """The counter where there is no C extension."""

    def __init__(self, core: Core, fail: Callable[[BaseException], None]) -> None:
        self.user_data: int | None = None
        self._found: dict[int, list[int]] = {}  # instruction -> reads, lines
        self.use_data_cache(NO_CACHE)
        self._totals = [0, 0]
        self._since_cut: dict[int, int] = {}
        self._paused = False

        def hook(uc: Any, kind: int, address: int, size: int, value: int, data: Any) -> bool:
            try:
                if not self._paused:
                    self._count(core.pc, address >> self._size.line_shift)
                core.leave_it_block()
            except BaseException as error:
                fail(error)
            return True

        self.hook = MEM_CALLBACK(hook)

    def use_data_cache(self, size: CacheSize) -> None:
        self._size = size
        self._cache = LineCache(size.lines)
        self._steady_cache = LineCache(size.lines)

    def _count(self, pc: int, line: int) -> None:
        counts = self._found.setdefault(pc, [0, 0])
        counts[0] += 1
        counts[1] += self._cache.misses(line)
        self._since_cut[pc] = self._since_cut.get(pc, 0) + 1
        self._totals[0] += 1
        self._totals[1] += self._steady_cache.misses(line)

    def counts(self) -> Found:
        return {pc: (reads, lines) for pc, (reads, lines) in self._found.items()}

    def totals(self) -> tuple[int, int]:
        return self._totals[0], self._totals[1]

    def cut(self) -> dict[int, int]:
        found, self._since_cut = self._since_cut, {}
        return found

    def pause(self, on: bool) -> None:
        self._paused = on

    def forget_lines(self) -> None:
        self._cache = LineCache(self._size.lines)

    def lines(self) -> list[int]:
        return self._steady_cache.lines

    def restore(self, lines: list[int]) -> None:
        self._steady_cache = LineCache(self._size.lines)
        for line in reversed(lines):
            self._steady_cache.misses(line)

    def filter_unaligned(self, hook: Any) -> tuple[Any, int | None]:
        return hook, None


class NativeReads:
    """The counter in C."""

    def __init__(self, module: Any) -> None:
        self._reads = module.Reads(
            _address_of(uclib.uc_reg_read),
            _address_of(uclib.uc_reg_write),
            REGISTER_IDS["pc"],
            REGISTER_IDS["xpsr"],
            XPSR_WRITE_ID,
            ITSTATE,
        )
        hook, self.user_data = self._reads.addresses()
        self.hook = ctypes.c_void_p(hook)

    def use_data_cache(self, size: CacheSize) -> None:
        self._reads.use_data_cache(size.lines, size.line_shift)

    def counts(self) -> Found:
        found: Found = self._reads.counts()
        return found

    def totals(self) -> tuple[int, int]:
        reads, lines = self._reads.totals()
        return reads, lines

    def cut(self) -> dict[int, int]:
        found: dict[int, int] = self._reads.cut()
        return found

    def pause(self, on: bool) -> None:
        self._reads.pause(on)

    def forget_lines(self) -> None:
        self._reads.forget_lines()

    def lines(self) -> list[int]:
        found: list[int] = self._reads.lines()
        return found

    def restore(self, lines: list[int]) -> None:
        self._reads.restore(lines)

    def filter_unaligned(self, hook: Any) -> tuple[Any, int | None]:
        address = self._reads.filter_unaligned(_address_of(hook))
        return ctypes.c_void_p(address), self.user_data


class ReadRecorder:
    """Puts the hook on the flash ranges of a core while a trace or the cycle counter wants it."""

    def __init__(self, core: Core, python_tracer: bool) -> None:
        self._core = core
        module = None if python_tracer else import_c_part(_C_PART)
        self.counter: ReadCounter = NativeReads(module) if module else PythonReads(core, core.fail)
        self.data_cache = NO_CACHE
        self._hooks: list[int] = []
        self._users = 0

    def use_data_cache(self, size: CacheSize) -> None:
        """Count the misses of this cache, the part's."""
        self.data_cache = size
        self.counter.use_data_cache(size)

    def hold(self, flash: FlashRanges) -> None:
        """Count reads at the addresses of `flash`, (start, end) of each range, until `release`."""
        self._users += 1
        if self._hooks:
            return
        for start, end in flash:
            self._hooks.append(
                self._core.add_data_hook(
                    self.counter.hook, self.counter.user_data, Access.READ, start, end
                )
            )

    def release(self) -> None:
        """Take the hook away when its last user has done with it."""
        self._users -= 1
        if self._users:
            return
        for hook in self._hooks:
            self._core.remove_hook(hook)
        self._hooks.clear()

    def totals(self) -> tuple[int, int]:
        """Return (reads, lines) while the hook was there."""
        return self.counter.totals()

    def cut(self) -> dict[int, int]:
        """Return {instruction: reads} since the last cut."""
        return self.counter.cut()

    def lines(self) -> list[int]:
        """Return the lines that the totals go on from, the latest first."""
        return self.counter.lines()

    def restore(self, lines: list[int]) -> None:
        """The totals go on from these lines."""
        self.counter.restore(lines)

    def start(self, flash: FlashRanges) -> Found:
        """Begin a recording, with a `hold`; return what was counted before it."""
        self.hold(flash)
        self.counter.forget_lines()
        return self.counter.counts()

    def counts(self) -> Found:
        """Return {instruction: (reads, lines)} of all that was read while the hook was there."""
        return self.counter.counts()


def reads_since(counts: Found, before: Found) -> dict[int, FlashReads]:
    """Return what was read from `before` on until `counts`, by ascending address."""
    rows = ((pc, n, lines, *before.get(pc, (0, 0))) for pc, (n, lines) in sorted(counts.items()))
    return {
        pc: FlashReads(n - old, lines - old_lines)
        for pc, n, lines, old, old_lines in rows
        if n > old
    }


def _address_of(function: Any) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None
    return address
