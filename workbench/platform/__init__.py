"""A board and its part: memories, clocks, peripherals, flash timing, what bus masters reach."""

from workbench.platform.platform import (
    MemoryRegion,
    Platform,
    load,
    load_platform,
    load_repl,
    names,
)
from workbench.platform.uart_pacing import UartPacing

__all__ = [
    "MemoryRegion",
    "Platform",
    "UartPacing",
    "load",
    "load_platform",
    "load_repl",
    "names",
]
