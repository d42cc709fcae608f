"""What GDB is shown, over a double of an engine; the rest is in tests/system/gdb, with GDB."""

import socket
import threading

import pytest

from tests.endings import standing
from tests.unit.images import image_of
from tests.unit.scripted_engine import ScriptedEngine, Step
from workbench.engines.base import StopKind, StopReason
from workbench.errors import UserError
from workbench.gdb.board import Board
from workbench.gdb.packets import Connection
from workbench.gdb.stub import Stub
from workbench.platform import read_platform


class WarningEngine(ScriptedEngine):
    """Warns in each of its runs of the same, and in the second of another."""

    runs = 0

    def __getitem__(self, name):
        if name not in ("pc", "sp", "lr"):
            raise UserError(f"no register {name}")
        return super().__getitem__(name)

    def run(self, until, limit):
        super().run(until, limit)
        self.runs += 1
        told = ("odd", "odder")[: self.runs]
        return StopReason(StopKind.PC, self["pc"], self.instructions, 0.0, warnings=told)


@pytest.fixture
def gdb():
    """A connection to a session whose engine warns."""
    ours, gdb = socket.socketpair()
    gdb.settimeout(10)
    engine = WarningEngine([Step(0x0800_0000 + 2 * n) for n in range(9)])
    machine = standing(engine, image_of(), read_platform("stm32f4_discovery"))
    stub = Stub(Board(machine), Connection(ours))
    session = threading.Thread(target=serve, args=(stub,), daemon=True)
    session.start()
    with ours, gdb:
        yield gdb
    session.join()


def serve(stub):
    try:
        stub.serve()
    except Exception:
        return


def asked(gdb, packet):
    """Send a packet; return what is shown until the reply, and the reply."""
    gdb.sendall(b"$%s#%02x" % (packet, sum(packet) & 0xFF))
    shown: list[str] = []
    buffer = b""
    while True:
        buffer += gdb.recv(1)
        if buffer.endswith(b"#"):
            gdb.recv(2)
            gdb.sendall(b"+")
            body, buffer = buffer.partition(b"$")[2][:-1], b""
            if not body.startswith(b"O") or body == b"OK":
                return shown, body
            shown.append(bytes.fromhex(body[1:].decode()).decode())


def test_warnings_of_the_engine_are_shown_once(gdb):
    assert asked(gdb, b"s")[0] == ["warning: odd\n"]
    assert asked(gdb, b"s")[0] == ["warning: odder\n"]
    shown, reply = asked(gdb, b"s")
    assert shown == []
    assert reply.startswith((b"S05", b"T05"))
