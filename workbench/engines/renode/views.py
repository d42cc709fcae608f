"""Console, registers and memory of a machine that lives in the worker."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engines.base import Memory, Registers, Uart
from workbench.engines.renode.process import WorkerProcess
from workbench.errors import UserError

Worker = Callable[[], WorkerProcess]

_PIECE = 1 << 20


class RenodeUart(Uart):
    """Keeps what the firmware said; the worker hands over only what is new."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._listener: Callable[[bytes], None] | None = None
        self._transcript = bytearray()
        self._unread = bytearray()

    def write(self, data: bytes) -> None:
        if data:
            self.take(self._worker().ask("send", bytes(data)).blob)

    def read(self) -> bytes:
        data = bytes(self._unread)
        self._unread.clear()
        return data

    @property
    def transcript(self) -> bytes:
        return bytes(self._transcript)

    @property
    def unread(self) -> bytes:
        """What `read` would return."""
        return bytes(self._unread)

    def listen(self, listener: Callable[[bytes], None] | None) -> None:
        self._listener = listener

    def take(self, data: bytes) -> None:
        """The firmware has sent `data`."""
        if not data:
            return
        self._transcript += data
        self._unread += data
        if self._listener is not None:
            self._listener(data)

    def rewind(self, transcript: bytes, unread: bytes) -> None:
        """Go back to what a snapshot holds."""
        self._transcript[:] = transcript
        self._unread[:] = unread


class RenodeRegisters(Registers):
    """Core registers; Renode gives neither s0..s31 nor fpscr."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def __getitem__(self, name: str) -> int:
        return int(self._worker().ask("get_register", name=name).fields["value"])

    def __setitem__(self, name: str, value: int) -> None:
        if not 0 <= value < 1 << 32:
            raise UserError(f"{value:#x} does not fit into {name}", "Registers have 32 bits.")
        self._worker().ask("set_register", name=name, value=value)


class RenodeMemory(Memory):
    """Renode's system bus."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def read(self, address: int, size: int) -> bytes:
        worker = self._worker()
        pieces = [
            worker.ask("read", address=at, size=min(_PIECE, address + size - at)).blob
            for at in range(address, address + size, _PIECE)
        ]
        return b"".join(pieces)

    def write(self, address: int, data: bytes) -> None:
        worker = self._worker()
        for offset in range(0, len(data), _PIECE):
            worker.ask("write", bytes(data[offset : offset + _PIECE]), address=address + offset)
