"""Short requests come byte by byte, each while the core sleeps."""

import pytest

from tests.unit.bare_engine import BareEngine
from workbench.engines.base import Seconds, Stop, StopKind, StopReason, Uart
from workbench.runs.one_by_one import OneByOne

LIMIT = Seconds(1.0)


class Listener(BareEngine, Uart):
    """Notes what it is told; its runs end as given, then asleep."""

    name = "listener"

    def __init__(self, *ends: StopKind) -> None:
        self.uart = self
        self.told: list[bytes | str] = []
        self._ends = list(ends)

    def run(self, until, limit) -> StopReason:
        kind = self._ends.pop(0) if self._ends else StopKind.IDLE
        self.told.append(kind.value)
        return StopReason(kind, 0, 0, 0.0)

    def write(self, data: bytes) -> None:
        self.told.append(data)

    instructions = 0
    transcript = b""

    def read(self) -> bytes:
        return b""

    def listen(self, listener) -> None:
        raise NotImplementedError


def test_each_byte_finds_the_core_asleep():
    engine = Listener()
    OneByOne(engine, LIMIT).uart.write(b"ab")
    assert engine.told == ["idle", b"a", "idle", b"b"]


def test_a_long_request_comes_at_once():
    engine = Listener()
    OneByOne(engine, LIMIT).uart.write(bytes(65))
    assert engine.told == [bytes(65)]


@pytest.mark.parametrize("kind", [StopKind.LIMIT, StopKind.FAULT])
def test_the_rest_comes_at_once_where_the_core_does_not_sleep(kind):
    engine = Listener(StopKind.IDLE, kind)
    OneByOne(engine, LIMIT).uart.write(b"abc")
    assert engine.told == ["idle", b"a", kind.value, b"bc"]


def test_a_fault_between_bytes_ends_the_next_run():
    machine = OneByOne(Listener(StopKind.FAULT), LIMIT)
    machine.uart.write(b"ab")
    assert machine.run(Stop(), LIMIT).kind is StopKind.FAULT
    assert machine.run(Stop(), LIMIT).kind is StopKind.IDLE
