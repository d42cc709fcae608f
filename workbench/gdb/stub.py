"""The requests of GDB, carried out on an engine (GDB manual, appendix E.2 to E.5)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engines.base import Engine, Instructions, Stop, StopKind, StopReason
from workbench.errors import WorkbenchError
from workbench.gdb.packets import Connection
from workbench.gdb.target import Target

_SLICE = Instructions(2_000_000)  # some ten milliseconds, after which GDB is listened to
_IDLE_SECONDS = 0.05  # on the host, between looks at a core that sleeps for good
_PACKET_BYTES = 0x4000
_OK, _UNSUPPORTED, _ERROR = b"OK", b"", b"E01"
_BREAKPOINTS = (b"0", b"1")  # in software and in hardware: neither changes memory here
_WRITE_WATCHPOINT = b"2"
# Signals as GDB numbers them, for the exceptions of DDI 0403E, B1.5.2
_SIGTRAP, _SIGINT, _SIGSEGV = 5, 2, 11
_SIGNALS = {3: _SIGSEGV, 4: _SIGSEGV, 5: 10, 6: 4}  # BusFault: SIGBUS, UsageFault: SIGILL


class DetachedError(Exception):
    """GDB has ended the session."""


class Stub:
    """One session: breakpoints, watchpoints and what GDB asks for."""

    def __init__(self, engine: Engine, connection: Connection) -> None:
        self._engine = engine
        self._connection = connection
        self._target = Target(engine.registers)
        self._breakpoints: set[int] = set()
        self._watchpoints: dict[int, int] = {}  # address -> bytes
        self._last_stop = b"T%02xthread:1;" % _SIGTRAP

    def serve(self) -> None:
        """Answer until GDB detaches (returns) or goes away (raises ClosedError)."""
        while True:
            packet = self._connection.receive()
            try:
                answer = self._answer(packet)
            except DetachedError:
                return
            except (WorkbenchError, ValueError, IndexError):
                answer = _ERROR  # what it asks for is not there
            if answer is not None:
                self._connection.send(answer)

    def _answer(self, packet: bytes) -> bytes | None:
        """Carry out one request; None where no answer is due."""
        command, rest = packet[:1], packet[1:]
        simple: dict[bytes, Callable[[bytes], bytes | None]] = {
            b"?": lambda _: self._last_stop,
            b"g": lambda _: self._target.read_all().hex().encode(),
            b"G": self._write_registers,
            b"p": lambda number: self._target.read(int(number, 16)).hex().encode(),
            b"P": self._write_register,
            b"m": self._read_memory,
            b"M": self._write_memory,
            b"X": self._write_binary,
            b"Z": lambda point: self._set_point(point, True),
            b"z": lambda point: self._set_point(point, False),
            b"H": lambda _: _OK,
            b"T": lambda _: _OK,
            b"c": lambda address: self._resume(address, step=False),
            b"s": lambda address: self._resume(address, step=True),
            b"q": self._query,
            b"Q": self._set,
            b"v": self._verbose,
        }
        if command in simple:
            return simple[command](rest)
        if command == b"D":
            self._connection.send(_OK)
            raise DetachedError
        if command == b"k":
            raise DetachedError
        return _UNSUPPORTED

    # -- queries ---------------------------------------------------------------------------------

    def _query(self, what: bytes) -> bytes:
        if what.startswith(b"Supported"):
            return (
                b"PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;vContSupported+;hwbreak+"
                % _PACKET_BYTES
            )
        if what.startswith(b"Xfer:features:read:target.xml:"):
            offset, size = (int(part, 16) for part in what.rsplit(b":", 1)[1].split(b","))
            document = self._target.description.encode()
            more = b"m" if offset + size < len(document) else b"l"
            return more + document[offset : offset + size]
        if what.startswith(b"Rcmd,"):
            return self._monitor(bytes.fromhex(what[5:].decode()).decode().strip())
        return {
            b"C": b"QC1",
            b"fThreadInfo": b"m1",
            b"sThreadInfo": b"l",
            b"Attached": b"1",
            b"Symbol::": _OK,
        }.get(what, _UNSUPPORTED)

    def _set(self, what: bytes) -> bytes | None:
        if what != b"StartNoAckMode":
            return _UNSUPPORTED
        self._connection.send(_OK)
        self._connection.acknowledges = False
        return None

    def _monitor(self, command: str) -> bytes:
        """`monitor reset` and `monitor instructions`; text for GDB's console, in hexadecimal."""
        if command in ("reset", "reset halt"):
            self._engine.reset()
            said = "the machine is at reset\n"
        elif command == "instructions":
            said = f"{self._engine.instructions:,} instructions since reset\n"
        else:
            said = "monitor reset, or monitor instructions\n"
        return said.encode().hex().encode()

    # -- registers and memory --------------------------------------------------------------------

    def _write_registers(self, values: bytes) -> bytes:
        self._target.write_all(bytes.fromhex(values.decode()))
        return _OK

    def _write_register(self, assignment: bytes) -> bytes:
        number, value = assignment.split(b"=")
        self._target.write(int(number, 16), bytes.fromhex(value.decode()))
        return _OK

    def _read_memory(self, where: bytes) -> bytes:
        address, size = (int(part, 16) for part in where.split(b","))
        return self._engine.memory.read(address, min(size, _PACKET_BYTES // 2)).hex().encode()

    def _write_memory(self, assignment: bytes) -> bytes:
        where, value = assignment.split(b":", 1)
        address, _ = (int(part, 16) for part in where.split(b","))
        return self._store(address, bytes.fromhex(value.decode()))

    def _write_binary(self, assignment: bytes) -> bytes:
        where, value = assignment.split(b":", 1)
        address, _ = (int(part, 16) for part in where.split(b","))
        return self._store(address, value)

    def _store(self, address: int, data: bytes) -> bytes:
        if data:
            self._engine.memory.write(address, data)
        return _OK

    def _set_point(self, point: bytes, there: bool) -> bytes:
        kind, address, size = point.split(b";")[0].split(b",")
        at = int(address, 16)
        if kind in _BREAKPOINTS:
            (self._breakpoints.add if there else self._breakpoints.discard)(at & ~1)
        elif kind == _WRITE_WATCHPOINT and there:
            self._watchpoints[at] = int(size, 16)
        elif kind == _WRITE_WATCHPOINT:
            self._watchpoints.pop(at, None)
        else:
            return _UNSUPPORTED
        return _OK

    # -- running ---------------------------------------------------------------------------------

    def _verbose(self, what: bytes) -> bytes:
        if what == b"Cont?":
            return b"vCont;c;C;s;S"
        if what.startswith(b"Cont;"):
            first = what.split(b";")[1]
            return self._resume(b"", step=first[:1] in (b"s", b"S"))
        return _UNSUPPORTED

    def _resume(self, address: bytes, step: bool) -> bytes:
        if address:
            self._engine.registers["pc"] = int(address, 16)
        if step:
            reason = self._engine.run(Stop(), Instructions(1))
            self._last_stop = _stop_reply(reason, _SIGTRAP)
        elif self._watchpoints:
            self._last_stop = self._continue_watching()
        else:
            self._last_stop = self._continue()
        return self._last_stop

    def _continue(self) -> bytes:
        """Run to a breakpoint, a fault, or until GDB interrupts."""
        until = Stop(pc=frozenset(self._breakpoints))
        while True:
            reason = self._engine.run(until, _SLICE)
            if reason.kind is StopKind.PC:
                return b"T%02xhwbreak:;thread:1;" % _SIGTRAP
            if reason.kind in (StopKind.FAULT, StopKind.LOCKUP):
                return _stop_reply(reason, _SIGSEGV)
            asleep = reason.kind is StopKind.IDLE
            if self._connection.interrupted(_IDLE_SECONDS if asleep else 0.0):
                return b"T%02xthread:1;" % _SIGINT

    def _continue_watching(self) -> bytes:
        """As `_continue`, one instruction at a time, until what is watched changes."""
        before = self._watched()
        steps = 0
        while True:
            reason = self._engine.run(Stop(), Instructions(1))
            after = self._watched()
            for address, value in after.items():
                if value != before[address]:
                    return b"T%02xwatch:%x;thread:1;" % (_SIGTRAP, address)
            if reason.pc in self._breakpoints:
                return b"T%02xhwbreak:;thread:1;" % _SIGTRAP
            if reason.kind in (StopKind.FAULT, StopKind.LOCKUP):
                return _stop_reply(reason, _SIGSEGV)
            steps += 1
            asleep = reason.kind is StopKind.IDLE
            if (asleep or steps % 1000 == 0) and self._connection.interrupted(
                _IDLE_SECONDS if asleep else 0.0
            ):
                return b"T%02xthread:1;" % _SIGINT

    def _watched(self) -> dict[int, bytes]:
        read = self._engine.memory.read
        return {address: read(address, size) for address, size in self._watchpoints.items()}


def _stop_reply(reason: StopReason, otherwise: int) -> bytes:
    """Why the core stopped, as a signal."""
    signal = otherwise
    if reason.kind is StopKind.FAULT:
        signal = _SIGNALS.get(reason.fault.exception, _SIGSEGV) if reason.fault else _SIGSEGV
    elif reason.kind is StopKind.LOCKUP:
        signal = _SIGSEGV
    return b"T%02xthread:1;" % signal
