"""The requests of GDB, carried out on an engine (GDB manual, appendix E.2 to E.5)."""

from __future__ import annotations

from collections.abc import Callable

from workbench.armv7m.architecture import IPSR
from workbench.engines.base import Instructions, Limit, Stop, StopKind, StopReason
from workbench.errors import WorkbenchError
from workbench.gdb.board import Board
from workbench.gdb.monitor import Monitor, Settings
from workbench.gdb.packets import Connection
from workbench.gdb.points import Points
from workbench.gdb.stops import SIGINT, SIGTRAP, reply, stop_reply
from workbench.gdb.target import Target
from workbench.support.distinct import Distinct
from workbench.text import printable

_SLICE = Instructions(2_000_000)  # some ten milliseconds, after which GDB is listened to
_STEPS_BETWEEN_LOOKS = 500
_IDLE_SECONDS = 0.05  # on the host, between looks at a core that sleeps for good
_PACKET_BYTES = 0x4000
_OK, _UNSUPPORTED, _ERROR = b"OK", b"", b"E01"


class DetachedError(Exception):
    """GDB has ended the session."""


class Stub:
    """One session: breakpoints, watchpoints and what GDB asks for."""

    def __init__(self, board: Board, connection: Connection) -> None:
        self._board = board
        self._engine = board.engine
        self._connection = connection
        self._points = Points()
        self._settings = Settings()
        self._monitor = Monitor(board, self._settings)
        self._target = Target(board.engine)
        self._last_stop = reply(SIGTRAP)
        self._is_extended = False
        self._warnings = Distinct()

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
            b"!": self._extend,
            b"q": self._query,
            b"Q": self._set,
            b"v": self._verbose,
        }
        if command in simple:
            return simple[command](rest)
        if command == b"D":
            self._connection.send(_OK)
            if not self._is_extended:
                raise DetachedError
            return None
        if command == b"k":
            raise DetachedError
        return _UNSUPPORTED

    def _extend(self, _: bytes) -> bytes:
        """`target extended-remote`: the session outlives a detach."""
        self._is_extended = True
        return _OK

    # -- queries ---------------------------------------------------------------------------------

    def _query(self, what: bytes) -> bytes:
        if what.startswith(b"Supported"):
            return (
                b"PacketSize=%x;QStartNoAckMode+;qXfer:features:read+;qXfer:memory-map:read+;"
                b"vContSupported+;hwbreak+" % _PACKET_BYTES
            )
        if what.startswith(b"Xfer:features:read:target.xml:"):
            return _piece(self._target.description, what)
        if what.startswith(b"Xfer:memory-map:read::"):
            return _piece(self._board.memory_map(), what)
        if what.startswith(b"Rcmd,"):
            said = self._monitor.run(bytes.fromhex(what[5:].decode()).decode())
            return said.encode().hex().encode()
        if what.startswith(b"ThreadExtraInfo,"):
            return self._mode().encode().hex().encode()
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

    def _mode(self) -> str:
        """What `info threads` says of the core."""
        exception = self._engine.registers["xpsr"] & IPSR
        return f"Handler mode, exception {exception}" if exception else "Thread mode"

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
        return _OK if self._points.change(point, there) else _UNSUPPORTED

    def _flash(self, request: bytes) -> bytes:
        """vFlashErase, vFlashWrite and vFlashDone: how GDB's `load` programs flash."""
        action, _, rest = request.partition(b":")
        if action == b"Erase":
            address, size = (int(part, 16) for part in rest.split(b","))
            self._board.erase(address, size)
        elif action == b"Write":
            where, _, data = rest.partition(b":")
            self._board.program(int(where, 16), data)
        elif action == b"Done":
            self._board.finish()
        else:
            return _UNSUPPORTED
        return _OK

    # -- running ---------------------------------------------------------------------------------

    def _verbose(self, what: bytes) -> bytes:
        if what == b"Cont?":
            return b"vCont;c;C;s;S;r"
        if what.startswith(b"Cont;"):
            return self._continue_as(what.split(b";")[1].partition(b":")[0])
        if what.startswith(b"Flash"):
            return self._flash(what[len(b"Flash") :])
        if what.startswith(b"Kill"):
            self._connection.send(_OK)
            raise DetachedError
        return _UNSUPPORTED

    def _continue_as(self, action: bytes) -> bytes:
        """One action of vCont, for the only thread."""
        if action[:1] != b"r":
            return self._resume(b"", step=action[:1] in (b"s", b"S"))
        start, end = (int(part, 16) for part in action[1:].split(b","))
        return self._stopped(self._step_through(range(start, end)))

    def _resume(self, address: bytes, step: bool) -> bytes:
        if address:
            self._engine.registers["pc"] = int(address, 16)
        passed = self._pass_bkpt()
        if step and passed:
            self._last_stop = reply(SIGTRAP)
            return self._last_stop
        if step:
            return self._stopped(self._run(self._until(frozenset()), Instructions(1)))
        return self._stopped(self._continue())

    def _run(self, until: Stop, limit: Limit) -> StopReason:
        """Let the core run, and show what the engine warns of, each warning once a session."""
        reason = self._engine.run(until, limit)
        for warning in self._warnings.add(reason.warnings):
            self._show(f"warning: {warning}\n")
        return reason

    def _show(self, text: str) -> None:
        """Let GDB print `text`, which it takes while it waits for a stop."""
        said = text.encode()[: _PACKET_BYTES // 2 - 1]
        self._connection.send(b"O" + said.hex().encode())

    def _pass_bkpt(self) -> bool:
        """Go on behind a BKPT that has halted the core, as debug probes do."""
        pc = self._engine.registers["pc"]
        if pc not in self._board.bkpts:
            return False
        self._engine.registers["pc"] = pc + 2
        return True

    def _until(self, breakpoints: frozenset[int]) -> Stop:
        watchpoints = frozenset(self._points.watchpoints)
        return Stop(pc=breakpoints, watch=watchpoints, fault=self._settings.stops_at_faults)

    def _continue(self) -> StopReason | None:
        """Run until something stops the core; None where GDB interrupts."""
        until = self._until(self._board.bkpts | self._points.breakpoints)
        while True:
            reason = self._run(until, _SLICE)
            self._monitor.note_time(reason.seconds)
            if stop_reply(reason) is not None:
                return reason
            asleep = reason.kind is StopKind.IDLE
            if self._connection.interrupted(_IDLE_SECONDS if asleep else 0.0):
                return None

    def _step_through(self, code: range) -> StopReason | None:
        """Step until PC is no longer in `code`; None where GDB interrupts."""
        until = self._until(frozenset())
        stops = self._board.bkpts | self._points.breakpoints
        self._pass_bkpt()
        steps = 0
        while True:
            reason = self._run(until, Instructions(1))
            steps += 1
            ends = reason.pc not in code or reason.pc in stops
            if ends or stop_reply(reason) is not None:
                return reason
            asleep = reason.kind is StopKind.IDLE
            if (asleep or steps % _STEPS_BETWEEN_LOOKS == 0) and self._connection.interrupted(
                _IDLE_SECONDS if asleep else 0.0
            ):
                return None

    def _stopped(self, reason: StopReason | None) -> bytes:
        """Tell the user of a fault, and return GDB's reply."""
        if reason is None:
            self._last_stop = reply(SIGINT)
            return self._last_stop
        self._monitor.note_time(reason.seconds)
        text = printable(self._board.crash(reason))
        if text:
            self._monitor.note_crash(text)
            self._show(text)
        self._last_stop = stop_reply(reason) or reply(SIGTRAP)
        if reason.kind is StopKind.PC and reason.pc not in self._points.breakpoints:
            self._last_stop = reply(SIGTRAP)  # a BKPT
        return self._last_stop


def _piece(document: str, request: bytes) -> bytes:
    """Answer qXfer:...:OFFSET,SIZE."""
    offset, size = (int(part, 16) for part in request.rsplit(b":", 1)[1].split(b","))
    content = document.encode()
    return (b"m" if offset + size < len(content) else b"l") + content[offset : offset + size]
