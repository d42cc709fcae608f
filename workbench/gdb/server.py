"""Listens on the loopback interface and serves one GDB after the other."""

from __future__ import annotations

import shlex
import shutil
import socket
from pathlib import Path

from workbench.engines.base import Engine
from workbench.errors import UserError
from workbench.gdb.packets import ClosedError, Connection
from workbench.gdb.stub import Stub

DEFAULT_PORT = 3333
_LOOPBACK = "127.0.0.1"
_DEBUGGERS = ("gdb-multiarch", "arm-none-eabi-gdb")


class GdbServer:
    """A server for `engine`, which is loaded; `port` 0 takes any port that is free."""

    def __init__(self, engine: Engine, port: int = DEFAULT_PORT) -> None:
        self._engine = engine
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
        """Wait for a GDB and serve it until it detaches or goes away."""
        accepted, _ = self._listener.accept()
        with accepted:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                Stub(self._engine, Connection(accepted)).serve()
            except (ClosedError, BrokenPipeError, ConnectionResetError):
                return


def gdb_command(elf: Path, port: int) -> str:
    """Return the command that connects a GDB to the server."""
    debugger = next((name for name in _DEBUGGERS if shutil.which(name)), _DEBUGGERS[0])
    return f"{debugger} {shlex.quote(str(elf))} -ex 'target remote {_LOOPBACK}:{port}'"
