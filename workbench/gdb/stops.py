"""Stop replies: why the core stands still, in GDB's words (GDB manual, appendix E.3)."""

from __future__ import annotations

from workbench.armv7m.architecture import Exc
from workbench.engines.base import StopKind, StopReason, Watchpoint

# Signals as GDB numbers them
SIGTRAP, SIGINT, SIGSEGV = 5, 2, 11
_SIGILL, _SIGBUS = 4, 10
_SIGNALS: dict[int, int] = {
    Exc.HARD_FAULT: SIGSEGV,
    Exc.MEM_MANAGE: SIGSEGV,
    Exc.BUS_FAULT: _SIGBUS,
    Exc.USAGE_FAULT: _SIGILL,
}


def reply(signal: int, why: bytes = b"") -> bytes:
    """Return the reply for a stop of the only thread; `why` is a name and a value, as in
    b"hwbreak:".
    """
    return b"T%02x%sthread:1;" % (signal, why + b";" if why else b"")


def stop_reply(reason: StopReason) -> bytes | None:
    """Return the reply for a run that has ended; None where it only has to go on."""
    if reason.kind is StopKind.PC:
        return reply(SIGTRAP, b"hwbreak:")
    if reason.kind is StopKind.WATCH and reason.watchpoint is not None:
        return reply(SIGTRAP, _watch(reason.watchpoint))
    if reason.kind is StopKind.FAULT:
        exception = reason.fault.exception if reason.fault else 0
        return reply(_SIGNALS.get(exception, SIGSEGV))
    return reply(SIGSEGV) if reason.kind is StopKind.LOCKUP else None


def _watch(point: Watchpoint) -> bytes:
    kind = b"awatch" if point.read and point.write else b"watch" if point.write else b"rwatch"
    return b"%s:%x" % (kind, point.address)
