"""What a script can ask of the machine: log, erase flash, draw a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.engines.scripts.errors import ScriptError
from workbench.engines.scripts.values import to_int
from workbench.support.random_source import SEED, next_random

_SILENT = frozenset({"NoisyLog", "DebugLog", "InfoLog"})
_WARNING = frozenset({"WarningLog", "ErrorLog"})
SELF_METHODS = _SILENT | _WARNING | {"EraseFlash"}
"""What a script may call on `self`; `EraseFlash` is this engine's own: scripts ask with hasattr."""

RANDOM_METHODS = frozenset({"random", "randint", "randrange", "getrandbits"})

_MOST_ERASED = 1 << 22  # bytes; no Cortex-M part has a larger flash


class Host:
    """One peripheral's: `size` in bytes, and what becomes of its warnings and erasures."""

    def __init__(
        self, size: int, warn: Callable[[str], None], erase: Callable[[int, int], None]
    ) -> None:
        """erase: takes an address and how many bytes of flash from there on are erased."""
        self.size = size
        self.random_state = SEED
        self._warn = warn
        self._erase = erase

    def call_self(self, name: str, arguments: list[Any]) -> None:
        """Call a method of the peripheral: it may log and erase flash; others do nothing."""
        if name in _WARNING and arguments:
            self._warn(_text(arguments))
        elif name == "EraseFlash":
            address, size = (to_int(one) for one in arguments)
            if not 0 <= size <= _MOST_ERASED or not 0 <= address <= 0xFFFF_FFFF:
                raise ScriptError(f"EraseFlash({address:#x}, {size:#x})")
            self._erase(address, size)

    def call_random(self, name: str, arguments: list[Any]) -> Any:
        """Call a function of the module `random`; the numbers are the same in every run."""
        if name == "random":
            return self._next() / (1 << 32)
        if name == "getrandbits":
            return self._next() >> (32 - min(max(to_int(*arguments), 0), 32))
        low, high = (0, *arguments)[-2:] if name == "randrange" else arguments
        count = to_int(high) - to_int(low) + (name == "randint")
        if count <= 0:
            raise ScriptError(f"random.{name} of nothing")
        return to_int(low) + self._next() % count

    def _next(self) -> int:
        self.random_state = next_random(self.random_state)
        return self.random_state


def _text(arguments: list[Any]) -> str:
    """A message as .NET puts it together: {0} stands for the first of the other arguments."""
    text = str(arguments[0])
    for number, value in enumerate(arguments[1:]):
        text = text.replace(f"{{{number}}}", str(value))
    return text
