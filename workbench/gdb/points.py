"""Breakpoints and watchpoints of a session, by GDB's Z packets (GDB manual, appendix E.2)."""

from __future__ import annotations

from workbench.engines.base import Watchpoint

_BREAKPOINTS = (b"0", b"1")  # in software and in hardware: neither changes memory here
_WATCHPOINTS = {b"2": (False, True), b"3": (True, False), b"4": (True, True)}  # read, write


class Points:
    """What is set now."""

    def __init__(self) -> None:
        self.breakpoints: set[int] = set()
        self.watchpoints: set[Watchpoint] = set()

    def change(self, point: bytes, there: bool) -> bool:
        """Set or take away what Z or z asks for; False for a kind that is not known."""
        kind, address, size = point.split(b";")[0].split(b",")
        at = int(address, 16)
        if kind in _BREAKPOINTS:
            (self.breakpoints.add if there else self.breakpoints.discard)(at & ~1)
            return True
        if kind not in _WATCHPOINTS:
            return False
        read, write = _WATCHPOINTS[kind]
        watchpoint = Watchpoint(at, int(size, 16), read, write)
        (self.watchpoints.add if there else self.watchpoints.discard)(watchpoint)
        return True
