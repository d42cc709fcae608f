"""What the hook before each block of instructions and the machine share."""

from __future__ import annotations

import ctypes
from enum import IntEnum

from workbench.armv7m.thumb import BlockFlag
from workbench.engines.embedded.clock import NEVER

SETTLED = int(BlockFlag.BASEPRI | BlockFlag.BASEPRI_MAX | BlockFlag.STACK)
"""Of `stop_after`: let the tracer clear the bits that BASEPRI, MSP and PSP do not have."""


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
    BASE = 8  # one of the block's bases is unaligned


class BlockState(ctypes.Structure):
    """What a tracer has counted, and what it must refuse a block for.

    The C tracer has the same layout.
    """

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
        ("exclusive", ctypes.c_uint32),  # 1 once a block with EXCLUSIVE was issued
        ("basepri", ctypes.c_uint32),  # what BASEPRI holds
        ("priority_mask", ctypes.c_uint32),  # the bits that it has on the part
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
    exclusive: int
    basepri: int
    priority_mask: int

    @classmethod
    def unlimited(cls) -> BlockState:
        """Return the state of a machine before its first block."""
        return cls(deadline=NEVER, limit=NEVER)
