"""The address map: stores, aliases, devices that share a page, holes."""

from __future__ import annotations

import pytest

from workbench.engines.embedded.bus import Bus, BusError
from workbench.engines.embedded.unicorn.core import Core
from workbench.platform.cores import CORTEX_M4


class Device:
    """Remembers what was written, and says where it was read."""

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.written: list[tuple[int, int, int]] = []

    def read(self, offset: int, width: int) -> int:
        return (self.mark << 8 | offset) & (1 << 8 * width) - 1

    def write(self, offset: int, width: int, value: int) -> None:
        self.written.append((offset, width, value))


@pytest.fixture
def bus() -> Bus:
    return Bus(Core(CORTEX_M4))


def test_an_alias_shows_the_same_bytes(bus: Bus) -> None:
    flash = bus.add_store("flash", 0x2000, is_flash=True)
    bus.show_store(flash, 0x08000000)
    bus.show_store(flash, 0)
    bus.connect()
    bus.program(0x08000010, b"abcd")
    assert bus.read(0x10, 4) == b"abcd"


def test_only_a_programmer_writes_flash(bus: Bus) -> None:
    bus.show_store(bus.add_store("flash", 0x1000, is_flash=True), 0)
    bus.connect()
    with pytest.raises(BusError):
        bus.write(0, b"x")


def test_holes_answer_nothing(bus: Bus) -> None:
    bus.show_store(bus.add_store("ram", 0x1000, is_flash=False), 0x20000000)
    bus.add_device(Device(1), 0x40000000, 0x400, "one")
    bus.connect()
    for address in (0x20001000, 0x1FFFFFFF, 0x40000400, 0x3FFFFFFC):
        with pytest.raises(BusError):
            bus.read(address, 1)


def test_devices_share_a_page(bus: Bus) -> None:
    one, two = Device(1), Device(2)
    bus.add_device(one, 0x40000000, 0x400, "one")
    bus.add_device(two, 0x40000400, 0x400, "two")
    bus.connect()
    assert bus.read(0x40000004, 4) == b"\x04\x01\0\0"
    bus.write(0x40000408, b"\1\2\3\4")
    assert two.written == [(8, 4, 0x04030201)]


def test_unaligned_pieces_are_cut(bus: Bus) -> None:
    device = Device(1)
    bus.add_device(device, 0x40000000, 0x400, "one")
    bus.connect()
    bus.write(0x40000001, b"\1\2\3\4\5")
    assert device.written == [(1, 1, 1), (2, 2, 0x0302), (4, 2, 0x0504)]


def test_the_smaller_of_two_windows_keeps_its_addresses(bus: Bus) -> None:
    bus.add_device(Device(1), 0x40000000, 0x1000, "large")
    bus.add_device(Device(2), 0x40000100, 0x100, "small")
    bus.connect()
    assert bus.read(0x40000104, 2) == b"\x04\x02"
    assert bus.read(0x40000204, 4) == b"\x04\x03\0\0"  # 0x0100 | 0x204


def test_a_tag_answers_only_where_nothing_else_does(bus: Bus) -> None:
    bus.add_device(Device(1), 0x40000000, 0x10, "device")
    bus.add_tag(0x12345678, 0x40000008, 0x40000018, "tag")
    bus.connect()
    assert bus.read(0x40000008, 2) == b"\x08\x01"
    assert bus.read(0x40000010, 4) == b"\x78\x56\x34\x12"
    bus.write(0x40000010, b"\0\0\0\0")
    assert bus.read(0x40000010, 4) == b"\x78\x56\x34\x12"


def test_a_memory_smaller_than_a_page(bus: Bus) -> None:
    bus.show_store(bus.add_store("otp", 0x210, is_flash=False), 0x1FFF7800)
    bus.connect()
    bus.write(0x1FFF7A0C, b"last")
    assert bus.read(0x1FFF7A0C, 4) == b"last"
    with pytest.raises(BusError):
        bus.read(0x1FFF7A10, 4)
