import socket

import pytest

from workbench.gdb import packets
from workbench.gdb.packets import ClosedError, Connection, encode, unescape


@pytest.fixture
def ends():
    ours, gdb = socket.socketpair()
    ours.settimeout(5)
    gdb.settimeout(5)
    with ours, gdb:
        yield Connection(ours), gdb


def test_a_packet_has_its_checksum():
    assert encode(b"OK") == b"$OK#9a"


def test_what_means_something_to_the_protocol_is_escaped():
    body = b"a#$}*b"
    packet = encode(body)
    assert unescape(packet[1:-3]) == body
    assert packet.count(b"#") == 1


def test_a_packet_is_acknowledged(ends):
    connection, gdb = ends
    gdb.sendall(b"$g#67")
    assert connection.receive() == b"g"
    assert gdb.recv(10) == b"+"


def test_a_damaged_packet_is_asked_for_again(ends):
    connection, gdb = ends
    gdb.sendall(b"$g#00$g#67")
    assert connection.receive() == b"g"
    assert gdb.recv(10) == b"-+"


def test_an_answer_is_sent_again_when_it_arrived_damaged(ends):
    connection, gdb = ends
    gdb.sendall(b"-+")
    connection.send(b"OK")
    assert gdb.recv(20) == b"$OK#9a$OK#9a"


def test_an_interrupt_is_seen_among_packets(ends):
    connection, gdb = ends
    assert not connection.interrupted()
    gdb.sendall(b"\x03")
    assert connection.interrupted(1.0)
    assert not connection.interrupted()


def test_what_never_ends_a_packet_closes(ends, monkeypatch):
    connection, gdb = ends
    monkeypatch.setattr(packets, "MOST_BYTES", 150)
    monkeypatch.setattr(packets, "_RECEIVE_BYTES", 100)
    gdb.sendall(b"x" * 200 + b"$g#67")
    with pytest.raises(ClosedError):
        connection.receive()


def test_gdb_that_goes_away_closes(ends):
    connection, gdb = ends
    gdb.close()
    with pytest.raises(ClosedError):
        connection.receive()
