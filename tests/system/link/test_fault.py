"""What the firmware does when it faults: it records the state, prints a line and stops."""

import struct

from workbench.engines.base import Instructions, Seconds, Stop, StopKind
from workbench.image import Image

UNMAPPED = 0x6FFF_FF00
MAGIC = 0x544C5546  # FaultRecord::kMagic


def asleep(engine):
    """Run to where the firmware waits for requests, and unmask the faults that it masks there."""
    engine.run(Stop(), Seconds(1.0))
    engine.uart.read()
    engine.registers["primask"] = 0


def test_a_fault_is_recorded_and_printed(firmware_image, machine, board):
    built = firmware_image(board)
    image = Image.from_file(built.elf)
    engine = machine(built)
    asleep(engine)
    engine.registers["pc"] = UNMAPPED
    engine.registers["r7"] = 0x1234_5678

    assert engine.run(Stop(), Instructions(1_000_000)).kind is StopKind.FAULT
    stopped = engine.run(Stop(fault=False), Instructions(1_000_000))
    assert stopped.kind is StopKind.IDLE
    line = engine.uart.read().decode()
    assert line.startswith("\r\nfault: BusFault pc=6fffff00 ")

    record = image.symbol("g_fault_record")
    magic, exception = struct.unpack("<2I", engine.memory.read(record.address, 8))
    assert (magic, exception) == (MAGIC, 5)


def test_a_stack_overflow_is_reported_from_the_fault_stack(firmware_image, machine, board):
    built = firmware_image(board)
    image = Image.from_file(built.elf)
    engine = machine(built)
    asleep(engine)
    engine.registers["sp"] = image.symbol("__stack_limit").address + 8
    engine.registers["pc"] = image.symbol("app::Log").address

    assert engine.run(Stop(), Instructions(1_000_000)).kind is StopKind.FAULT
    engine.run(Stop(fault=False), Instructions(1_000_000))
    assert b"fault: " in engine.uart.read()
