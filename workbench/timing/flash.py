"""The flash of a part, as [flash_timing] of platform.toml describes it, with its sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.platform.settings import check_flash_timing
from workbench.trace import NO_CACHE, CacheSize


@dataclass(frozen=True)
class Flash:
    """How a part's flash delivers code and data.

    wait_states_up_to: highest clock in Hz for 0, 1, 2, ... wait states.
    data_wait_offset: (low, best, high) to add to the wait states for a read of data.
    read_bytes: what one read of the flash delivers, and a line of its caches: 16, or 8 where it is
        64 bits wide.
    code_cache_lines, data_cache_lines: lines of read_bytes, 0 for none.
    prefetch: while a line is executed, the next one is read.
    """

    source: str
    wait_states_up_to: tuple[int, ...]
    code_cache_lines: int = 0
    data_cache_lines: int = 0
    prefetch: bool = False
    data_wait_offset: tuple[int, int, int] = (0, 0, 0)
    read_bytes: int = NO_CACHE.line_bytes

    def wait_states(self, clock_hz: int) -> int:
        """Wait states of a read from flash at `clock_hz`.

        Above the highest clock of the table each one more as far apart as the last two: the part
        does not run there, but other clocks may be compared.
        """
        table = self.wait_states_up_to
        waits = next((n for n, highest in enumerate(table) if clock_hz <= highest), None)
        if waits is not None:
            return waits
        step = table[-1] - table[-2] if len(table) > 1 else table[-1]
        return len(table) - 1 - (table[-1] - clock_hz) // step

    def waiting_reads(self, reads: int, lines: int, cache: CacheSize) -> int:
        """Return how many of the `reads` of data wait, `lines` of which were missing in `cache`
        (`FlashReads`). A flash that delivers half of such a line is read twice for it.
        """
        if not self.data_cache_lines:
            return reads
        return min(reads, lines * cache.line_bytes // self.read_bytes)

    @property
    def code_cache(self) -> CacheSize:
        """The code cache; without one, the line that is being executed."""
        return CacheSize(max(1, self.code_cache_lines), self.read_bytes)

    @property
    def data_cache(self) -> CacheSize:
        """The data cache; of no lines where there is none."""
        return CacheSize(self.data_cache_lines, self.read_bytes)

    @property
    def never_waits(self) -> bool:
        """Has it no wait states at any clock?"""
        return len(self.wait_states_up_to) == 1

    def is_beyond(self, clock_hz: int) -> bool:
        """Return whether this clock is above all that the part runs at."""
        return clock_hz > self.wait_states_up_to[-1]


UNKNOWN_FLASH = Flash("no flash timing is known: zero wait states", (10**12,))


def read_flash(table: Mapping[str, Any]) -> Flash:
    """Return what [flash_timing] of platform.toml says; zero wait states where there is none.

    Raises PlatformError for keys that are missing, unknown or of the wrong type.
    """
    if not table:
        return UNKNOWN_FLASH
    check_flash_timing(table)
    lists = ("wait_states_up_to", "data_wait_offset")
    fields: dict[str, Any] = {k: tuple(v) if k in lists else v for k, v in table.items()}
    return Flash(**fields)
