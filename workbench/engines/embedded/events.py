"""Why the core left the emulation: exceptions, refused instructions and refused accesses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from workbench.armv7m.architecture import Cfsr
from workbench.engines.base import Watchpoint


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
class Faulting:
    """The access is a fault: `bit` is the one of CFSR."""

    bit: Cfsr


@dataclass(frozen=True)
class Watched:
    """The access is watched: the run ends when it has been made."""

    point: Watchpoint


@dataclass(frozen=True)
class StoreMade:
    """A store to a device was made, and emulation must stop right behind it.

    is_late: the bus has refused the store, which a write buffer held: its fault comes behind it.
    """

    is_late: bool = False


Refusal = Faulting | Watched | StoreMade
"""Why an access was not made, at this moment at least."""


@dataclass(frozen=True)
class Event:
    """What stopped the core.

    value: the number of an exception, or the bytes of an ACCESS. address, access, refusal: of an
    ACCESS.
    """

    kind: EventKind
    value: int = 0
    address: int = 0
    access: Access = Access.READ
    refusal: Refusal | None = None


@cache
def exception_event(number: int) -> Event:
    """Return the event of an exception; the same object for the same number."""
    return Event(EventKind.EXCEPTION, number)
