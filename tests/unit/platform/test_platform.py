"""Platforms: by name, by folder, from a .repl, and what is wrong with a platform.toml."""

from __future__ import annotations

import itertools

import pytest

from workbench.errors import PlatformError, ReplError
from workbench.platform import (
    MemoryRegion,
    UartPacing,
    names,
    read_platform,
    read_repl,
    select_platform,
)
from workbench.platform.bus_masters import AddressRange

REPL = """\
cpu: CPU.CortexM @ sysbus
    nvic: nvic
    PerformanceInMips: 50
nvic: IRQControllers.NVIC @ sysbus 0xE000E000
    systickFrequency: 80000000
    -> cpu@0
flash0: Memory.MappedMemory @ { sysbus 0x08000000; sysbus 0x0 }
    size: 0x10000
sram: Memory.MappedMemory @ sysbus 0x20000000
    size: 0x4000
lpuart: UART.STM32F7_USART @ sysbus 0x40008000
usart1: UART.STM32_UART @ sysbus 0x40011000
"""
TOML = """\
title = "A board"
mcu = "PART"
uart = "usart1"
clock = 64_000_000
[memories]
flash0 = "flash"
sram = "ram"
"""


@pytest.fixture
def folder(tmp_path):
    board = tmp_path / "board"
    board.mkdir()
    (board / "board.repl").write_text(REPL)
    (board / "platform.toml").write_text(TOML)
    return board


def test_both_boards_are_known():
    assert names() == ("nrf52840_dk", "stm32f4_discovery")


def test_what_the_stm32f4_discovery_is():
    platform = read_platform("stm32f4_discovery")
    assert platform.uart == "usart2"
    assert platform.clock_hz == 168_000_000
    assert platform.report_clocks_hz == (64_000_000, 80_000_000, 168_000_000)
    assert platform.uarts == ("usart1", "usart2", "usart3", "uart4", "uart5", "usart6")
    assert [(m.name, m.kind, m.origin, m.size) for m in platform.memories] == [
        ("flash", "flash", 0x0800_0000, 1024 * 1024),
        ("sram1", "ram", 0x2000_0000, 112 * 1024),
        ("sram2", "ram", 0x2001_C000, 16 * 1024),
        ("ccm", "ram", 0x1000_0000, 64 * 1024),
    ]


def test_what_the_nrf52840_dk_is():
    platform = read_platform("nrf52840_dk")
    assert platform.uart == "uart0"
    assert platform.clock_hz == 64_000_000
    assert [(m.kind, m.origin, m.size) for m in platform.memories] == [
        ("flash", 0, 1024 * 1024),
        ("flash", 0x1000_1000, 4 * 1024),
        ("ram", 0x2000_0000, 256 * 1024),
    ]


@pytest.mark.parametrize("name", names())
def test_blocks_of_a_board_do_not_overlap(name):
    """Two blocks at one address: one of them could never be reached."""
    from workbench.engines.embedded.peripherals.registry import OWN

    spans = []
    for entry in read_platform(name).description.entries.values():
        for place in entry.registrations:
            if place.parent == "sysbus" and place.address is not None:
                size = place.size or OWN.size_of(entry.type, entry.properties)
                spans.append((place.address, place.address + size, entry.name))
    spans.sort()
    for (_, end, first), (start, _, second) in itertools.pairwise(spans):
        assert end <= start, f"{first} and {second}"


def test_from_a_folder(folder):
    platform = read_platform(folder)
    assert platform.name == "board"
    assert platform.mips == 50
    assert platform.report_clocks_hz == (64_000_000,)
    assert platform.vector_table is None
    assert read_platform(str(folder)) == platform


def test_the_console_may_be_another_uart_of_the_repl(folder):
    assert read_platform(folder, uart="lpuart").uart == "lpuart"
    assert read_platform(folder, uart="sysbus.lpuart").uart == "lpuart"
    with pytest.raises(PlatformError, match="choose one of: lpuart, usart1"):
        read_platform(folder, uart="usart9")


def test_bytes_come_at_the_baud_rate_unless_the_platform_or_the_command_line_says_otherwise(folder):
    assert read_platform(folder).uart_pacing is UartPacing.BAUD
    assert select_platform(folder, uart_pacing="off").uart_pacing is UartPacing.OFF
    settings = folder / "platform.toml"
    settings.write_text('uart_pacing = "off"\n' + settings.read_text())
    assert read_platform(folder).uart_pacing is UartPacing.OFF
    assert select_platform(folder, uart_pacing="baud").uart_pacing is UartPacing.BAUD
    assert select_platform(None, repl=folder / "board.repl", uart_pacing="off").uart == "lpuart"
    with pytest.raises(PlatformError, match="no UART pacing 'slow'"):
        select_platform(folder, uart_pacing="slow")
    settings.write_text('uart_pacing = "slow"\n' + settings.read_text().partition("\n")[2])
    with pytest.raises(PlatformError, match=r"uart_pacing = 'slow'"):
        read_platform(folder)


def test_from_a_repl_alone(folder):
    platform = read_repl(folder / "board.repl")
    assert platform.uart == "lpuart"  # the first
    assert platform.clock_hz == 80_000_000  # SysTick's
    assert platform.memories == (
        MemoryRegion("flash0", "flash", 0x0800_0000, 0x10000),
        MemoryRegion("sram", "ram", 0x2000_0000, 0x4000),
    )
    assert read_repl(folder / "board.repl", uart="usart1").uart == "usart1"


def test_command_line_takes_one_of_platform_and_repl(folder):
    assert select_platform(str(folder)).name == "board"
    assert select_platform(None, repl=folder / "board.repl").name == "board"
    with pytest.raises(PlatformError, match="both"):
        select_platform("board", repl=folder / "board.repl")
    with pytest.raises(PlatformError, match="no platform is given"):
        select_platform(None)


@pytest.mark.parametrize(
    ("which", "message"),
    [
        ("stm32f4_discover", "did you mean stm32f4_discovery"),
        ("board.repl", "use --repl for a file"),
        (".", "has no platform.toml"),
    ],
)
def test_an_unknown_platform_is_told_with_those_that_are_known(which, message):
    with pytest.raises(PlatformError, match=message):
        read_platform(which)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "A board"\n', "", "has no 'title'"),
        ("clock = 64_000_000", 'clock = "fast"', "has clock = 'fast'"),
        ("clock = 64_000_000", "clock = true", "has clock = True"),
        ("clock = 64_000_000", "clock = -1", "has clock = -1"),
        ("clock =", "clokc =", "has no 'clock'"),
        ('mcu = "PART"', 'mcu = "PART"\nclocks = 1', "did you mean 'clock'"),
        ("clock = 64_000_000", "clock = 1", "has clock = 1"),
        ("clock = 64_000_000", "clock = 1e26", "has clock = 1e+26"),
        ("clock = 64_000_000", "clock = 99999999999", "has clock = 99999999999"),
        ('mcu = "PART"', 'mcu = "PART"\nvector_table = 1', "has vector_table = 1"),
        ('mcu = "PART"', 'mcu = "PART"\nvector_table = -1', "has vector_table = -1"),
        ('mcu = "PART"', 'mcu = "PART"\nvector_table = 1e26', "has vector_table = 1e+26"),
        ('mcu = "PART"', 'mcu = "PART"\nvector_table = 0x1_0000_0000', "vector_table = 4294967296"),
        ('mcu = "PART"', 'mcu = "\\u001b[31m"', "has mcu ="),
        ('mcu = "PART"', 'mcu = "PART"\nreport_clocks = [1, 0]', "has report_clocks"),
        ('sram = "ram"', 'sram = "rom"', "has memories.sram = 'rom'"),
        ('sram = "ram"', 'usart1 = "ram"', "names 'usart1', which is not a memory"),
        ('"usart1"', '"usart7"', "has no UART 'usart7'"),
        ("title =", "title", "is not valid TOML"),
        ("[memories]", "[buses]\nAPB = 1\n[memories]", "has buses.APB = 1"),
        ("[memories]", "[buses]\nAPB = [2, 1]\n[memories]", "has buses.APB = [2, 1]"),
        ("[memories]", "[bus_masters]\nusart = []\n[memories]", "names 'usart'"),
        ("[memories]", "[bus_masters]\nusart1 = 1\n[memories]", "bus_masters.usart1 = 1"),
        (
            "[memories]",
            '[bus_masters]\nusart1.tx = ["sran"]\n[memories]',
            "usart1.tx reaches 'sran', which is neither",
        ),
    ],
)
def test_bad_settings_are_told_with_what_to_write(folder, old, new, message):
    settings = folder / "platform.toml"
    settings.write_text(settings.read_text().replace(old, new, 1))
    with pytest.raises(PlatformError) as caught:
        read_platform(folder)
    assert message in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("CPU.CortexM", "CPU.RiscV32", "has 0 entries of type CPU.CortexM"),
        ("UART.", "SPI.", "has no UART"),
    ],
)
def test_repl_that_is_no_platform(folder, old, new, message):
    path = folder / "board.repl"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(PlatformError) as caught:
        read_repl(path)
    assert message in str(caught.value)


def test_what_bus_masters_reach_is_said_by_port_by_name_or_for_all_others(folder):
    settings = folder / "platform.toml"
    settings.write_text(
        settings.read_text()
        + "[buses]\nAPB = [0x4000_0000, 0x4000_7FFF]\n"
        + '[bus_masters]\nusart1.peripheral = ["APB"]\nusart1.memory = ["sram"]\n"*" = []\n'
    )
    platform = read_platform(folder)
    usart1, lpuart = (platform.description.entries[name] for name in ("usart1", "lpuart"))
    reach = platform.bus_masters.reach
    assert reach(usart1, "peripheral") == (AddressRange(0x4000_0000, 0x4000_8000),)
    assert reach(usart1, "memory") == (AddressRange(0x2000_0000, 0x2000_4000),)
    assert reach(lpuart) == reach(usart1) == ()


def test_masters_of_a_repl_alone_reach_no_alias_of_the_core(folder):
    platform = read_repl(folder / "board.repl")
    reach = platform.bus_masters.reach(platform.description.entries["usart1"])
    for address, reached in {
        0x0000_0000: False,  # the second address of flash0
        0x0800_0000: True,
        0x2000_3FFC: True,
        0x2200_0000: False,  # bit-band alias
        0x4001_1000: True,
        0x4200_0000: False,
        0xE000_E100: False,
    }.items():
        assert any(one.holds(address, 4) for one in reach) == reached, hex(address)


def test_error_in_the_repl_is_a_repl_error(folder):
    (folder / "board.repl").write_text("x T")
    with pytest.raises(ReplError, match=r"board\.repl:1:3"):
        read_platform(folder)


@pytest.mark.parametrize("value", ["-1", "true", "1e26", "1_000_000", '"x"'])
def test_flash_timing_is_checked_when_the_platform_is_loaded(folder, value):
    timing = f'[flash_timing]\nsource = "x"\nwait_states_up_to = [1]\ncode_cache_lines = {value}'
    (folder / "platform.toml").write_text(TOML + timing)
    with pytest.raises(PlatformError, match="has code_cache_lines = ") as caught:
        read_platform(folder)
    assert caught.value.hint == "write a whole number from 0 to 4,096"
