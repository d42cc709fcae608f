"""What a test waits for on the console of a device: lines, bytes, frames of the link."""

from __future__ import annotations

import re
from collections.abc import Callable

from workbench.dut.guard import Guard
from workbench.engines.base import Limit, Stop, StopKind, StopReason
from workbench.errors import CheckFailedError
from workbench.link.frames import Frame, FrameSplitter, encode
from workbench.runs.limits import Allowance
from workbench.runs.running import compile_pattern

_NEWLINE = b"\n"
_DELIMITER = b"\\x00"
_ANY_BYTE = b"(?s:.)"
_FIRST_SEQUENCE = 0x8000  # of frames that a test sends itself, apart from the client's

Run = Callable[[Stop, Limit], StopReason]


class Console:
    """The console of the machine behind a guard; `pending` came and was not looked at yet."""

    def __init__(self, guard: Guard, run: Run) -> None:
        """run: lets the machine run, and raises CheckFailedError where the firmware faults."""
        self._guard = guard
        self._run = run
        self.pending = b""
        self._sequence = _FIRST_SEQUENCE

    def wait_for_line(self, pattern: str, limit: Limit) -> str:
        """As `DeviceUnderTest.wait_for_line`."""
        wanted = re.compile(compile_pattern(pattern) or b"")
        allowance = Allowance(limit, self._guard)
        while True:
            while (end := self.pending.find(_NEWLINE)) >= 0:
                line, self.pending = self.pending[:end], self.pending[end + 1 :]
                if wanted.search(line):
                    return line.strip(b"\r\0").decode(errors="backslashreplace")
            self._await(_NEWLINE, allowance, f"no line with '{pattern}'")

    def wait_for_bytes(self, wanted: bytes, limit: Limit) -> None:
        """As `DeviceUnderTest.wait_for_bytes`."""
        allowance = Allowance(limit, self._guard)
        while (start := self.pending.find(wanted)) < 0:
            pattern = _ANY_BYTE if self.pending else re.escape(wanted)
            self._await(pattern, allowance, f"no bytes {wanted.hex(' ')}")
        self.pending = self.pending[start + len(wanted) :]

    def exchange(self, type_: int, payload: bytes, limit: Limit) -> Frame | None:
        """As `DeviceUnderTest.exchange`."""
        self._sequence = (self._sequence + 1) & 0xFFFF | _FIRST_SEQUENCE
        self._guard.uart.write(encode(Frame(type_, self._sequence, payload)))
        splitter = FrameSplitter()
        allowance = Allowance(limit, self._guard)
        while (left := allowance.left) is not None:
            reason = self._run(Stop(uart=_DELIMITER), left)
            for frame in splitter.feed(self._guard.uart.read()):
                if frame.sequence == self._sequence:
                    return frame
            if reason.kind is not StopKind.UART:
                break
        return None

    def _await(self, pattern: bytes, allowance: Allowance, missing: str) -> None:
        """Run until `pattern` comes and take what has come; CheckFailedError where it does not."""
        left = allowance.left
        if left is None:
            raise CheckFailedError(f"{missing} within the limit")
        reason = self._run(Stop(uart=pattern), left)
        self.pending += self._guard.uart.read()
        if reason.kind is not StopKind.UART:
            raise CheckFailedError(f"{missing}: {self._guard.failure or self._guard.why_it_ended}")
