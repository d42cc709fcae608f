"""What the boards' .repl files say that start-up code of other people's firmware reads."""

from __future__ import annotations

from workbench.engines.embedded.assemble import assemble
from workbench.platform import read_platform


def word(bus_read: bytes) -> int:
    return int.from_bytes(bus_read, "little")


def test_nrf52840_identifies_itself_as_old_start_up_code_asks() -> None:
    machine = assemble(read_platform("nrf52840_dk"))
    try:
        machine.power_on()
        low, high, revision = (
            word(machine.bus.read(address, 4)) for address in (0xF0000FE0, 0xF0000FE4, 0xF0000FE8)
        )
    finally:
        machine.close()
    assert (low & 0xFF, high & 0xF) == (0x08, 0x0)  # the part number
    assert revision & 0xF0 == 0x30
