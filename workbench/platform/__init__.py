"""A board and its part: memories, clocks, peripherals, flash timing, what bus masters reach."""

from workbench.platform.platform import (
    MemoryRegion,
    Platform,
    names,
    read_platform,
    read_repl,
    select_platform,
)
from workbench.platform.uart_pacing import UartPacing

__all__ = [
    "MemoryRegion",
    "Platform",
    "UartPacing",
    "names",
    "read_platform",
    "read_repl",
    "select_platform",
]
