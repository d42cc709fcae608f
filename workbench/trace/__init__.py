"""What was executed: a value that does not depend on the engine that recorded it."""

from workbench.trace.trace import (
    NO_CACHE,
    UNKNOWN_FUNCTION,
    CacheSize,
    CodeFetches,
    FlashReads,
    LineCache,
    LineMisses,
    Trace,
)

__all__ = [
    "NO_CACHE",
    "UNKNOWN_FUNCTION",
    "CacheSize",
    "CodeFetches",
    "FlashReads",
    "LineCache",
    "LineMisses",
    "Trace",
]
