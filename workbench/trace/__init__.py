"""What was executed: a value that does not depend on the engine that recorded it."""

from workbench.trace.trace import (
    FLASH_DATA_LINES,
    FLASH_LINE_BYTES,
    UNKNOWN_FUNCTION,
    CodeFetches,
    FlashReads,
    LineCache,
    LineMisses,
    Trace,
)

__all__ = [
    "FLASH_DATA_LINES",
    "FLASH_LINE_BYTES",
    "UNKNOWN_FUNCTION",
    "CodeFetches",
    "FlashReads",
    "LineCache",
    "LineMisses",
    "Trace",
]
