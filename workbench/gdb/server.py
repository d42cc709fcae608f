"""Listens on the loopback interface and serves one GDB after the other."""

from __future__ import annotations

import select
import shlex
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.builder.toolchain import DEBUGGERS
from workbench.errors import UserError
from workbench.gdb.board import Board
from workbench.gdb.packets import ClosedError, Connection
from workbench.gdb.stub import Stub

DEFAULT_PORT = 3333
_LOOPBACK = "127.0.0.1"
_LOOK_SECONDS = 0.05
_GRACE_SECONDS = 1.0


class GdbServer:
    """A server for `board`; `port` 0 takes any port that is free."""

    def __init__(self, board: Board, port: int = DEFAULT_PORT) -> None:
        self._board = board
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._listener.bind((_LOOPBACK, port))
        except OSError as error:
            self._listener.close()
            raise UserError(
                f"port {port} cannot be served: {error.strerror}",
                "another server may have it; choose one with --port, 0 takes any",
            ) from None
        self._listener.listen(1)
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> GdbServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._listener.close()

    def serve_one(self) -> None:
        """Wait for a GDB and serve it until it leaves; turn others away meanwhile."""
        accepted, _ = self._listener.accept()
        with accepted, self._busy():
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                Stub(self._board, Connection(accepted)).serve()
            except (ClosedError, BrokenPipeError, ConnectionResetError):
                return

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Close every connection that comes: its GDB says so soon, instead of waiting.

        Not while the session may be about to end: who lost a GDB starts the next one at once.
        """
        done = threading.Event()

        def turn_away() -> None:
            while not done.is_set():
                if not select.select([self._listener], [], [], _LOOK_SECONDS)[0]:
                    continue
                if not done.wait(_GRACE_SECONDS):
                    self._listener.accept()[0].close()

        doorkeeper = threading.Thread(target=turn_away, daemon=True)
        doorkeeper.start()
        try:
            yield
        finally:
            done.set()
            doorkeeper.join()


def gdb_command(elf: Path, port: int) -> str:
    """Return the command that connects a GDB to the server."""
    debugger = next((name for name in DEBUGGERS if shutil.which(name)), DEBUGGERS[0])
    return f"{debugger} {shlex.quote(str(elf))} -ex 'target remote {_LOOPBACK}:{port}'"
