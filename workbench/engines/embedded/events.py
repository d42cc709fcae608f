"""Why the core left the emulation: exceptions, refused instructions and refused accesses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache


class Access(IntEnum):
    """What an access that reached no plain memory was for."""

    READ = 0
    WRITE = 1
    FETCH = 2


class EventKind(IntEnum):
    """Why the core left the emulation by itself."""

    EXCEPTION = 0  # `value` is QEMU's number of an exception of the M profile
    UNDEFINED = 1  # an instruction that the core does not know, or INVSTATE
    ACCESS = 2  # a memory access was refused


class QemuException(IntEnum):
    """Numbers of UC_HOOK_INTR (qemu/target/arm/cpu.h, EXCP_*)."""

    SVC = 2
    PREFETCH_ABORT = 3
    DATA_ABORT = 4
    BKPT = 7
    EXCEPTION_EXIT = 8
    NOCP = 17
    INVSTATE = 18


@dataclass(frozen=True)
class Event:
    """What stopped the core; `address` and `access` belong to ACCESS."""

    kind: EventKind
    value: int = 0
    address: int = 0
    access: Access = Access.READ


@cache
def exception_event(number: int) -> Event:
    """The event of an exception; the same object for the same number."""
    return Event(EventKind.EXCEPTION, number)
