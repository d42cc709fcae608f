"""Semihosting: what firmware asks of the host by BKPT 0xAB.

Source: Arm "Semihosting for AArch32 and AArch64", 2.0. Served is what programs linked with newlib's
rdimon.specs need: text out, clocks, the command line, how they end. The host's files are not
offered, and a read of stdin finds its end. Calls that are not listed here return -1.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from workbench.armv7m.thumb import BKPT_SEMIHOSTING
from workbench.engines.embedded.bus import BusError
from workbench.engines.embedded.console import Console
from workbench.engines.embedded.machine import EmbeddedMachine

SYS_OPEN, SYS_CLOSE, SYS_WRITEC, SYS_WRITE0 = 0x01, 0x02, 0x03, 0x04
SYS_WRITE, SYS_READ = 0x05, 0x06
SYS_ISERROR, SYS_ISTTY, SYS_SEEK, SYS_FLEN = 0x08, 0x09, 0x0A, 0x0C
SYS_CLOCK, SYS_TIME, SYS_ERRNO, SYS_GET_CMDLINE, SYS_HEAPINFO = 0x10, 0x11, 0x13, 0x15, 0x16
SYS_EXIT, SYS_EXIT_EXTENDED, SYS_ELAPSED, SYS_TICKFREQ = 0x18, 0x20, 0x30, 0x31
ADP_STOPPED_APPLICATION_EXIT = 0x20026

TERMINAL, FEATURES = b":tt", b":semihosting-features"
# Magic number, SH_EXT_EXIT_EXTENDED and SH_EXT_STDOUT_STDERR (4.2)
FEATURE_FILE = b"SHFB\x03"
STDIN, STDOUT, STDERR, FEATURE_HANDLE = 1, 2, 3, 4
FIRST_WRITE_MODE, FIRST_APPEND_MODE = 4, 8  # of SYS_OPEN: 4 to 7 write, 8 to 11 append (stderr)
ENOSYS = 38  # what SYS_ERRNO says
MAX_TEXT = 1 << 16
FAILED = 0xFFFFFFFF


class Host:
    """The host as one machine sees it. `exit_code` is the firmware's own, None until it ended."""

    def __init__(self, machine: EmbeddedMachine, console: Console) -> None:
        self._machine = machine
        self._console = console
        self._calls: dict[int, Callable[[int], int]] = {
            SYS_OPEN: self._open,
            SYS_CLOSE: lambda parameter: 0,
            SYS_WRITEC: self._write_character,
            SYS_WRITE0: self._write_text,
            SYS_WRITE: self._write,
            SYS_READ: self._read,
            SYS_ISERROR: lambda parameter: self._word(parameter) >> 31,
            SYS_ISTTY: lambda parameter: int(self._word(parameter) != FEATURE_HANDLE),
            SYS_SEEK: self._seek,
            SYS_FLEN: self._length,
            SYS_CLOCK: lambda parameter: int(machine.clock.seconds * 100),
            SYS_TIME: lambda parameter: int(machine.clock.seconds),  # as if switched on in 1970
            SYS_ERRNO: lambda parameter: ENOSYS,
            SYS_GET_CMDLINE: self._command_line,
            SYS_HEAPINFO: self._heap_info,
            SYS_EXIT: self._exit,
            SYS_EXIT_EXTENDED: self._exit_extended,
            SYS_ELAPSED: self._elapsed,
            SYS_TICKFREQ: lambda parameter: machine.clock.ticks_per_second,
        }
        self.reset()

    def reset(self) -> None:
        """A new life of the firmware begins."""
        self.exit_code: int | None = None
        self._position = 0  # in the file of features

    def save(self) -> tuple[int | None, int]:
        return self.exit_code, self._position

    def restore(self, state: tuple[int | None, int]) -> None:
        self.exit_code, self._position = state

    @property
    def ended(self) -> str:
        """How the firmware ended itself, "" if it did not."""
        if self.exit_code is None:
            return ""
        return f"the firmware ended itself by semihosting, exit code {self.exit_code}"

    def is_called(self) -> bool:
        """Return whether the BKPT at PC is a semihosting call."""
        machine = self._machine
        try:
            return machine.bus.read(machine.core.pc, 2) == BKPT_SEMIHOSTING.to_bytes(2, "little")
        except BusError:
            return False

    def call(self) -> None:
        """Do the call at PC and step over it."""
        core = self._machine.core
        serve = self._calls.get(core.get("r0"))
        try:
            result = serve(core.get("r1")) & FAILED if serve else FAILED
        except BusError:
            result = FAILED
        core.set("pc", core.pc + 2)
        core.set("r0", result)

    # -- files ---------------------------------------------------------------------------------

    def _open(self, parameter: int) -> int:
        start, mode, length = self._words(parameter, 3)
        name = self._machine.bus.read(start, min(length, MAX_TEXT))
        if name == FEATURES:
            self._position = 0
            return FEATURE_HANDLE
        if name == TERMINAL:
            if mode < FIRST_WRITE_MODE:
                return STDIN
            return STDERR if mode >= FIRST_APPEND_MODE else STDOUT
        shown = name.decode(errors="backslashreplace")
        self._machine.warn(f"the host's file {shown!r}, asked for by semihosting, is not offered")
        return FAILED

    def _write_character(self, parameter: int) -> int:
        self._console.emit(self._machine.bus.read(parameter, 1))
        return 0

    def _write_text(self, parameter: int) -> int:
        text, bus = bytearray(), self._machine.bus
        while len(text) < MAX_TEXT and (byte := bus.read(parameter + len(text), 1)) != b"\0":
            text += byte
        self._console.emit(bytes(text))
        return 0

    def _write(self, parameter: int) -> int:
        """Return the number of bytes that were not written."""
        _, start, length = self._words(parameter, 3)
        self._console.emit(self._machine.bus.read(start, min(length, MAX_TEXT)))
        return 0

    def _read(self, parameter: int) -> int:
        """Return the number of bytes that were not read."""
        handle, start, length = self._words(parameter, 3)
        if handle != FEATURE_HANDLE:
            return length
        data = FEATURE_FILE[self._position : self._position + length]
        self._position += len(data)
        self._machine.bus.write(start, data)
        return length - len(data)

    def _seek(self, parameter: int) -> int:
        handle, position = self._words(parameter, 2)
        if handle != FEATURE_HANDLE or position > len(FEATURE_FILE):
            return FAILED
        self._position = position
        return 0

    def _length(self, parameter: int) -> int:
        return len(FEATURE_FILE) if self._word(parameter) == FEATURE_HANDLE else 0

    # -- the rest ------------------------------------------------------------------------------

    def _command_line(self, parameter: int) -> int:
        start, size = self._words(parameter, 2)
        if not size:
            return FAILED
        self._machine.bus.write(start, b"\0")
        self._machine.bus.write(parameter + 4, bytes(4))  # its length
        return 0

    def _heap_info(self, parameter: int) -> int:
        """Heap and stack, base and limit: 0 says that the firmware's own are to be taken (6.8)."""
        self._machine.bus.write(self._word(parameter), bytes(16))
        return 0

    def _elapsed(self, parameter: int) -> int:
        self._machine.bus.write(parameter, struct.pack("<Q", self._machine.clock.now))
        return 0

    def _exit(self, parameter: int) -> int:
        self.exit_code = int(parameter != ADP_STOPPED_APPLICATION_EXIT)
        return 0

    def _exit_extended(self, parameter: int) -> int:
        reason, code = self._words(parameter, 2)
        self.exit_code = code if reason == ADP_STOPPED_APPLICATION_EXIT else code or 1
        return 0

    def _word(self, address: int) -> int:
        return self._words(address, 1)[0]

    def _words(self, address: int, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}I", self._machine.bus.read(address, 4 * count))
