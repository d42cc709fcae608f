"""platform.toml: which keys it may have, and what each may hold."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbench.errors import PlatformError
from workbench.platform.uart_pacing import UartPacing
from workbench.repl.limits import MOST_INTERRUPTS
from workbench.support.kinds import (
    LAST_ADDRESS,
    Choice,
    Flag,
    Kind,
    Named,
    Several,
    Table,
    Text,
    Whole,
)
from workbench.support.toml import read_toml

SETTINGS = "platform.toml"

# Hz. A Cortex-M runs at 32 kHz from a watch crystal, and at 1 GHz in the fastest M7.
CLOCK = Whole(1_000, 10_000_000_000)

# VTOR has no bits 6:0 (ARM DDI 0403E, B3.2.5).
_VECTOR_TABLE = Whole(0, LAST_ADDRESS, 128)

KEYS: Mapping[str, Kind] = {
    "title": Text(),
    "mcu": Text(),
    "uart": Text(),
    "uart_pacing": Choice(tuple(pacing.value for pacing in UartPacing)),
    "clock": CLOCK,
    "repl": Text(),
    "report_clocks": Several(CLOCK, 1, 16),
    "vector_table": _VECTOR_TABLE,
    "interrupts": Whole(1, MOST_INTERRUPTS),  # and no more than the core can have
    "systick_divider": Whole(0, 1024),
    "systick_calibration": Whole(0, LAST_ADDRESS),
    "memories": Named(Choice(("flash", "ram"))),
    "flash_timing": Table(),
    "buses": Table(),
    "bus_masters": Table(),
}
REQUIRED = ("title", "mcu", "uart", "clock")

_LINES = Whole(0, 4096)  # 64 KiB of lines of 128 bits; the largest caches of Cortex-M7 parts
FLASH_TIMING_KEYS: Mapping[str, Kind] = {
    "source": Text(),
    "wait_states_up_to": Several(Whole(1, CLOCK.high), 1, 32, ascending=True),
    "code_cache_lines": _LINES,
    "data_cache_lines": _LINES,
    "prefetch": Flag(),
    "data_wait_offset": Several(Whole(-32, 32), 3, 3),
    "read_bytes": Choice((8, 16)),  # 64 or 128 bits
}
FLASH_TIMING_REQUIRED = ("source", "wait_states_up_to")


def read_settings(path: Path) -> dict[str, Any]:
    """Return what platform.toml says, by key. Raises PlatformError for what it may not say."""
    values = read_toml(path, PlatformError, "check the path")
    check(values, KEYS, REQUIRED, lambda text, hint: PlatformError(f"{path} {text}", hint))
    check_flash_timing(values.get("flash_timing", {}))
    return values


def check_flash_timing(table: Mapping[str, Any]) -> None:
    """Raise PlatformError where the table [flash_timing] is not empty and not as it should be."""

    def error(text: str, hint: str) -> PlatformError:
        return PlatformError(f"[flash_timing] of platform.toml {text}", hint)

    if table:
        check(table, FLASH_TIMING_KEYS, FLASH_TIMING_REQUIRED, error)
        offset = table.get("data_wait_offset", [])
        if sorted(offset) != offset:
            hint = "write [lowest, best estimate, highest]"
            raise error(f"has data_wait_offset = {offset!r}", hint)


def check(
    values: Mapping[str, Any],
    keys: Mapping[str, Kind],
    required: tuple[str, ...],
    error: Callable[[str, str], PlatformError],
) -> None:
    """Raise `error` for keys that are missing or unknown, and values that are not of their kind."""
    for key in required:
        if key not in values:
            raise error(f"has no '{key}'", f"add {key} = {keys[key]}")
    for key, value in values.items():
        kind = keys.get(key)
        if kind is None:
            close = difflib.get_close_matches(key, keys, n=1)
            suggestion = f"did you mean '{close[0]}'? " if close else ""
            raise error(f"has an unknown key '{key}'", f"{suggestion}known: {', '.join(keys)}")
        if not kind.accepts(value):
            where, found, wanted = _culprit(key, value, kind)
            raise error(f"has {where} = {_shown(found)}", f"write {wanted}")


def _culprit(key: str, value: Any, kind: Kind) -> tuple[str, Any, Kind]:
    """The entry of a table that is not of the kind of all, or the value itself."""
    if isinstance(kind, Named) and isinstance(value, Mapping):
        for name, one in value.items():
            if not kind.kind.accepts(one):
                return f"{key}.{name}", one, kind.kind
    return key, value, kind


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
