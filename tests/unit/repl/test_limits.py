"""What a .repl of a microcontroller cannot say, and where it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import ReplError
from workbench.repl import read
from workbench.repl.limits import check_limits

BOARD = """\
cpu: CPU.CortexM @ sysbus
    nvic: nvic
nvic: IRQControllers.NVIC @ sysbus 0xE000E000
    priorityMask: 0xF0
    systickFrequency: 168000000
flash: Memory.MappedMemory @ { sysbus 0x08000000; sysbus 0x0 }
    size: 0x100000
ram: Memory.MappedMemory @ sysbus 0x20000000
    size: 0x20000
usart2: UART.STM32_UART @ sysbus <0x40004400, +0x400>
    -> nvic@38
sysbus:
    init:
        Tag <0x60000000, 0x60000003> "ID" 0x1
"""


def checked(folder: Path, text: str) -> None:
    path = folder / "board.repl"
    path.write_text(text)
    check_limits(read(path))


def test_a_board_is_accepted(tmp_path):
    checked(tmp_path, BOARD)


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        # memories
        ("0x20000000", "0x08010000", "8:35", "overlaps 'flash', which is at 0x8000000 to 0x80fff"),
        ("0x20000000", "0x1200000000", "8:35", "'ram' is at 0x1200000000 to 0x120001ffff, beyond"),
        ("0x20000000", "0xFFFF0000", "8:35", "beyond 32 bits"),
        ("0x20000000", "0xDFFFFF00", "8:35", "over the core's own registers at 0xe0000000"),
        ("size: 0x20000", "size: 0", "9:11", "size of 'ram' is 0"),
        ("size: 0x20000", "size: 0x40000000", "9:11", "size of 'ram' is 1073741824"),
        ("    size: 0x20000\n", "", "8:1", "the memory 'ram' has no size"),
        # windows
        ("+0x400", "+0xFFFFFFFFFFFFFFFF", "10:34", "beyond 32 bits"),
        ("+0x400", "+0", "10:34", "'usart2' has no addresses"),
        # values
        ("168000000", "[1, 2]", "5:23", r"systickFrequency of 'nvic' is \(1, 2\)"),
        ("168000000", "0", "5:23", "systickFrequency of 'nvic' is 0"),
        ("0xF0", '"x"', "4:19", "priorityMask of 'nvic' is 'x'"),
        ("0xF0", "true", "4:19", "priorityMask of 'nvic' is True"),
        ("nvic: nvic", "nvic: 7", "2:11", "nvic of 'cpu' is 7"),
        ("nvic@38", "nvic@496", "10:1", "wired to interrupt 496"),
        # tags
        ("0x60000003>", "0x600000000>", "13:5", "the tag 'ID' is at 0x60000000 to 0x600000000"),
        ("0x60000003>", "0x50000003>", "13:5", "the tag 'ID'"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(tmp_path, old, new, place, message):
    assert BOARD.count(old) >= 1
    with pytest.raises(ReplError, match=message) as caught:
        checked(tmp_path, BOARD.replace(old, new, 1))
    error = caught.value
    assert f"{error.line}:{error.column}" == place
    assert error.hint


@pytest.mark.parametrize(
    ("type_name", "text", "message"),
    [
        ("Timers.STM32_Timer", 'initialLimit: "x"', "initialLimit of 'more' is 'x'"),
        ("Timers.STM32_Timer", "frequency: 1.5", "frequency of 'more' is 1.5"),
        ("Timers.STM32_IndependentWatchdog", "frequency: -1", "frequency of 'more' is -1"),
        ("Timers.NRF52840_Timer", "numberOfEvents: 600", "numberOfEvents of 'more' is 600"),
        ("GPIOPort.STM32_GPIOPort", "modeResetValue: -1", "modeResetValue of 'more' is -1"),
        ("GPIOPort.NRF52840_GPIOTasksEvents", "port0: 1", "port0 of 'more' is 1"),
        ("Python.PythonPeripheral", "initable: 1", "initable of 'more' is 1"),
        ("Python.PythonPeripheral", "script: 1", "script of 'more' is 1"),
        ("Miscellaneous.BitBanding", "peripheralBase: none", "peripheralBase of 'more' is None"),
        ("Any.Type", 'size: "x"', "size of 'more' is 'x'"),
        ("Memory.ArrayMemory", "init:\n        WriteByte 0 0x100", "writes 0x100 into 1 bytes"),
        (
            "Memory.ArrayMemory",
            "size: 4\n    init:\n        WriteDoubleWord 1 0",
            "writes at 0x1, beyond its 0x4 bytes",
        ),
    ],
)
def test_values_have_a_type_and_a_range(tmp_path, type_name, text, message):
    with pytest.raises(ReplError, match=message):
        checked(tmp_path, f"{BOARD}more: {type_name} @ sysbus <0x50000000, +0x100>\n    {text}\n")


def test_memories_are_bounded_together(tmp_path):
    more = "".join(
        f"m{n}: Memory.MappedMemory @ sysbus {0x60000000 + (n << 29):#x}\n    size: 0x20000000\n"
        for n in range(3)
    )
    with pytest.raises(ReplError, match="more than 1536 MiB together"):
        checked(tmp_path, BOARD + more)


def test_windows_are_bounded_together(tmp_path):
    more = "".join(f"d{n}: Any.Type @ sysbus <0x50000000, +0x60000000>\n" for n in range(3))
    with pytest.raises(ReplError, match="together are larger than the address space"):
        checked(tmp_path, BOARD + more)


def test_registrations_are_counted(tmp_path):
    more = "".join(f"d{n}: Any.Type @ sysbus {0x50000000 + 4 * n:#x}\n" for n in range(4100))
    with pytest.raises(ReplError, match="more than 4096 registrations"):
        checked(tmp_path, BOARD + more)
