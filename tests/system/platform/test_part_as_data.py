"""A part that the workbench does not have, described in a folder without Python: measured on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cross import BARE, CORE, compile_elf
from workbench.engines.base import Instructions, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image
from workbench.platform import Platform, read_platform
from workbench.timing.costs import Cause
from workbench.timing.model import CycleModel
from workbench.trace import CacheSize, Trace

# An STM32F411: memories and NVIC of its reference manual, RM0383.
REPL = """\
flash: Memory.MappedMemory @ { sysbus 0x08000000; sysbus 0x0 } { size: 0x80000 }
sram: Memory.MappedMemory @ sysbus 0x20000000 { size: 0x20000 }
nvic: IRQControllers.NVIC @ sysbus 0xE000E000 { priorityMask: 0xF0; -> cpu@0 }
cpu: CPU.CortexM @ sysbus { cpuType: "cortex-m4f"; nvic: nvic }
usart2: UART.STM32_UART @ sysbus <0x40004400, +0x400> { -> nvic@38 }
dma1: DMA.STM32DMA @ sysbus 0x40026000
"""
SETTINGS = """\
title = "A board with an STM32F411"
mcu = "STM32F411RET6"
uart = "usart2"
clock = 100_000_000
report_clocks = [30_000_000, 100_000_000]
vector_table = 0x0000_0000
interrupts = 86

[memories]
flash = "flash"
sram = "ram"

[flash_timing]
source = "RM0383, 3.4.1, table 5, 2.7 V to 3.6 V (from memory)"
wait_states_up_to = [30_000_000, 64_000_000, 90_000_000, 100_000_000]
code_cache_lines = {code_lines}
data_cache_lines = {data_lines}
read_bytes = {read_bytes}

[buses]
APB1 = [0x4000_0000, 0x4000_7FFF]

[bus_masters]
dma1.peripheral = ["APB1"]
dma1.memory = ["flash", "sram"]
"*" = []
"""
LINES, ROUNDS, WAIT_STATES = 4, 10, 3
SOURCE = """
/* A word in each of four lines of 16 bytes, read in turn. */
__attribute__((section(".table"), aligned(16))) const volatile unsigned table[4][4] = {{1}};
void reset(void) {
  for (int round = 0; round < 10; ++round)
    for (int line = 0; line < 4; ++line) (void)table[line][0];
  for (;;) ;
}
__attribute__((section(".vectors"), used)) const void *const vectors[] = {
    (void *)0x20001000, (void *)reset};
"""
SCRIPT = (
    "SECTIONS { . = 0x08000000; .text : { KEEP(*(.vectors)) *(.text*) } "
    ".table 0x08001000 : { *(.table) } /DISCARD/ : { *(.ARM.ex*) } }"
)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    folder = tmp_path_factory.mktemp("program")
    (folder / "a.c").write_text(SOURCE)
    (folder / "a.ld").write_text(SCRIPT)
    words = (*CORE, "-O1", *BARE, folder / "a.c", "-T", folder / "a.ld")
    return Image.from_file(compile_elf(folder / "a.elf", *words))


def part(
    folder: Path, *, code_lines: int = 64, data_lines: int = 8, read_bytes: int = 16
) -> Platform:
    board = folder / "nucleo_f411re"
    board.mkdir()
    (board / "nucleo_f411re.repl").write_text(REPL)
    text = SETTINGS.format(code_lines=code_lines, data_lines=data_lines, read_bytes=read_bytes)
    (board / "platform.toml").write_text(text)
    return read_platform(board)


def traced(image: Image, platform: Platform) -> Trace:
    """Return what runs from reset until the endless loop, data reads from flash included."""
    engine = EmbeddedEngine()
    try:
        engine.load(image, platform)
        engine.start_trace(flash_reads=True)
        engine.run(Stop(), Instructions(1000))
        return engine.stop_trace()
    finally:
        engine.close()


def reads_of_table(trace: Trace) -> tuple[int, int]:
    """Reads and missing lines of what reads in every round; a literal is read once."""
    found = [one for one in (trace.flash_reads or {}).values() if one.reads >= ROUNDS]
    return sum(one.reads for one in found), sum(one.lines for one in found)


@pytest.mark.parametrize(
    ("data_lines", "read_bytes", "missing"),
    [
        (8, 16, LINES),  # all four stay
        (4, 16, LINES),
        (2, 16, LINES * ROUNDS),  # each is gone before its turn comes again
        (0, 16, LINES * ROUNDS),  # no cache
        (4, 8, LINES),  # lines of 8 bytes: the four words lie in one each
    ],
)
def test_the_cache_is_that_of_the_part(
    tmp_path: Path, image: Image, data_lines: int, read_bytes: int, missing: int
) -> None:
    platform = part(tmp_path, data_lines=data_lines, read_bytes=read_bytes)
    trace = traced(image, platform)
    assert trace.data_cache == CacheSize(data_lines, read_bytes)
    assert reads_of_table(trace) == (LINES * ROUNDS, missing)
    at_100_mhz = CycleModel.of(platform).estimate(trace, platform.clock_hz)
    assert at_100_mhz.wait_states == WAIT_STATES
    others = sum(
        one.lines if data_lines else one.reads for one in (trace.flash_reads or {}).values()
    )
    assert at_100_mhz.by_cause[Cause.DATA_READ].best == WAIT_STATES * others


def test_wait_states_are_those_of_the_clock(tmp_path: Path, image: Image) -> None:
    platform = part(tmp_path)
    trace = traced(image, platform)
    model = CycleModel.of(platform)
    slow, fast = model.estimates(trace, platform.report_clocks_hz)
    assert (slow.wait_states, fast.wait_states) == (0, WAIT_STATES)
    assert Cause.DATA_READ not in slow.by_cause
    assert slow.cycles.best < fast.cycles.best


def test_firmware_is_held_against_its_core(tmp_path: Path, image: Image) -> None:
    platform = part(tmp_path)
    assert platform.core.name == "Cortex-M4"
    assert platform.core.is_built_for(image.attributes)


def test_the_trace_of_a_part_survives_json(tmp_path: Path, image: Image) -> None:
    trace = traced(image, part(tmp_path, data_lines=2))
    assert Trace.from_json(trace.to_json()).data_cache == CacheSize(2, 16)
