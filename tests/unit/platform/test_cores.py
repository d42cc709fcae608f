"""What an ELF was built for, and which cores the workbench runs."""

from __future__ import annotations

import random
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cross import BARE, compile_elf
from workbench.engines.embedded.assemble import assemble
from workbench.errors import PlatformError
from workbench.image import Image
from workbench.image.build_attributes import V7, V7E_M, BuildAttributes, parse
from workbench.platform import Platform, read_platform, read_repl
from workbench.platform.cores import CORES, core_named, foreign_core_warning
from workbench.platform.modelled import require_model
from workbench.timing.model import CycleModel
from workbench.timing.rules import RULES

REPL = """\
flash: Memory.MappedMemory @ sysbus 0x08000000 { size: 0x10000 }
sram: Memory.MappedMemory @ sysbus 0x20000000 { size: 0x1000 }
nvic: IRQControllers.NVIC @ sysbus 0xE000E000 { -> cpu@0 }
cpu: CPU.CortexM @ sysbus
    cpuType: "cortex-m4f"
    nvic: nvic
uart: UART.STM32_UART @ sysbus 0x40004400
"""
SOURCE = """\
void reset(void) { for (;;) ; }
__attribute__((section(".vectors"), used)) const void *const vectors[] = {
    (void *)0x20001000, (void *)reset};
"""
SCRIPT = (
    "SECTIONS { . = 0x08000000; .text : { KEEP(*(.vectors)) *(.text*) } /DISCARD/ : { *(.ARM.ex*) }"
    " }"
)


def platform_with(folder: Path, core: str) -> Platform:
    path = folder / "part.repl"
    path.write_text(REPL.replace('    cpuType: "cortex-m4f"\n', core))
    return read_repl(path)


def compiled(folder: Path, *options: str) -> Image:
    (folder / "a.c").write_text(SOURCE)
    (folder / "a.ld").write_text(SCRIPT)
    sources = (folder / "a.c", "-T", folder / "a.ld")
    return Image.from_file(compile_elf(folder / "a.elf", "-mthumb", *options, *BARE, *sources))


@pytest.mark.parametrize(
    "name", ["m0", "m0+", "m1", "m3", "m7", "m23", "m33", "m55", "m85", "r52", "m4x", "M4"]
)
def test_a_core_without_a_model_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    platform = platform_with(tmp_path, f'    cpuType: "cortex-{name}"\n')
    for use in (assemble, CycleModel.of):
        with pytest.raises(PlatformError) as caught:
            use(platform)
        assert f"part.repl:5:14: the core 'cpu' has cpuType 'cortex-{name}'" in str(caught.value)
        assert "--engine renode" in caught.value.hint


def test_a_core_without_a_type_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"part\.repl:4:1: the core 'cpu' has no cpuType"):
        assemble(platform_with(tmp_path, ""))


@pytest.mark.parametrize("mask", [0x00, 0xC0, 0x70, 0xF9])
def test_priorities_are_held_against_the_core(tmp_path: Path, mask: int) -> None:
    path = tmp_path / "part.repl"
    path.write_text(REPL.replace("{ -> cpu@0 }", f"{{ priorityMask: 0x{mask:02X}; -> cpu@0 }}"))
    with pytest.raises(PlatformError, match=r"part\.repl:3:\d+: priorityMask is 0x") as caught:
        assemble(read_repl(path))
    assert "0xE0, 0xF0" in caught.value.hint


def test_lines_of_the_nvic_are_held_against_the_core(tmp_path: Path) -> None:
    (tmp_path / "part.repl").write_text(REPL)
    settings = (
        'title = "A part"\nmcu = "A"\nuart = "uart"\nclock = 64_000_000\nrepl = "part.repl"\n'
    )
    (tmp_path / "platform.toml").write_text(f"{settings}interrupts = 240\n")
    assert read_platform(tmp_path).interrupts == 240
    (tmp_path / "platform.toml").write_text(f"{settings}interrupts = 241\n")
    with pytest.raises(PlatformError, match="interrupts is 241, and the NVIC of a Cortex-M4 has"):
        read_platform(tmp_path)


@pytest.mark.parametrize("name", ["cortex-m4", "cortex-m4f"])
def test_a_cortex_m4_is_not(tmp_path: Path, name: str) -> None:
    require_model(platform_with(tmp_path, f'    cpuType: "{name}"\n'), "")


@pytest.mark.parametrize(
    "options",
    [
        ("-mcpu=cortex-m4",),
        ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"),
        ("-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=softfp"),
    ],
)
def test_an_image_for_the_cortex_m4_has_no_warning(tmp_path: Path, options: tuple[str]) -> None:
    image = compiled(tmp_path, *options)
    assert image.attributes.cpu_arch == V7E_M
    assert foreign_core_warning(image.attributes, read_platform("stm32f4_discovery").core) == ""


@pytest.mark.parametrize(
    ("options", "built_for", "runs"),
    [
        (("-mcpu=cortex-m0",), "Cortex-M0 or Cortex-M0+ or Cortex-M1 (Armv6S-M)", "same"),
        (("-mcpu=cortex-m3",), "Cortex-M3 (Armv7-M)", "the same instructions"),
        (
            ("-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard"),
            "Cortex-M7 (Armv7E-M with -mfpu=fpv5-d16)",
            "does not have all",
        ),
        (
            ("-mcpu=cortex-m33", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"),
            "Cortex-M33 (Armv8-M Mainline with -mfpu=fpv5-sp-d16)",
            "does not have all",
        ),
        (("-mcpu=cortex-m23",), "Cortex-M23 (Armv8-M Baseline)", "does not have all"),
    ],
)
def test_an_image_for_another_core_is_warned_of(
    tmp_path: Path, options: tuple[str], built_for: str, runs: str
) -> None:
    image = compiled(tmp_path, *options)
    warning = foreign_core_warning(image.attributes, read_platform("nrf52840_dk").core)
    assert warning.startswith(f"the ELF was built for another core, {built_for}: it runs here")
    assert runs in warning
    assert warning.endswith("build it with -mcpu=cortex-m4 for this part")


def test_a_compiler_may_name_the_core(tmp_path: Path) -> None:
    attributes = BuildAttributes(cpu_name="Cortex-M7", cpu_arch=V7E_M, profile="M")
    board = read_platform("stm32f4_discovery").core
    assert "another core, Cortex-M7 (Armv7E-M)" in foreign_core_warning(attributes, board)
    assert foreign_core_warning(replace(attributes, cpu_name="Cortex-M4"), board) == ""


def test_a_core_of_another_profile_is_named_by_its_architecture() -> None:
    warning = foreign_core_warning(
        BuildAttributes("", V7, "A"), read_platform("stm32f4_discovery").core
    )
    assert "another core (Armv7-A): it runs here as on a Cortex-M4, which does not" in warning


def test_images_are_held_against_the_core_of_the_platform(tmp_path: Path) -> None:
    """Renode runs cores that the embedded engine does not."""
    platform = platform_with(tmp_path, '    cpuType: "cortex-m3"\n')
    assert foreign_core_warning(BuildAttributes("7-M", V7, "M"), platform.core) == ""
    assert "as on a Cortex-M3" in foreign_core_warning(
        BuildAttributes("", V7E_M, "M"), platform.core
    )


def section(tags: bytes) -> bytes:
    scope = b"\1" + struct.pack("<I", 5 + len(tags)) + tags
    return b"A" + struct.pack("<I", 10 + len(scope)) + b"aeabi\0" + scope


def test_attributes_are_numbers_and_strings() -> None:
    """Unknown tags are passed over: above 32 the odd ones have strings (IHI 0045, 3.2)."""
    tags = b"\5Name\0" + b"\6\x0d" + b"\7M" + b"\x0a\6" + b"\x17\3" + b"\x1b\1" + b"\x1c\1"
    tags += b"\x20\1gnu\0" + b"\x43text\0" + b"\x44\x81\1"
    assert parse(section(tags)) == BuildAttributes("Name", V7E_M, "M", 6, 3, 1, 1)


def test_every_core_with_a_model_has_rules_of_time_and_a_name_of_its_own() -> None:
    assert {core.name for core in CORES if core.model} == set(RULES)
    assert len({core.name for core in CORES}) == len(CORES)


def test_firmware_is_built_with_the_options_of_the_core() -> None:
    options = read_platform("stm32f4_discovery").core.compiler_options
    assert options == ("-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard")
    assert core_named("cortex-m3").compiler_options[-1] == "-mfloat-abi=soft"


def test_any_bytes_are_read_as_attributes() -> None:
    randomness = random.Random(9)
    whole = section(b"\5Name\0\6\x0d\7M\x0a\6\x1b\1\x1c\1")
    for _ in range(3_000):
        damaged = bytearray(whole)
        for _ in range(randomness.randrange(1, 5)):
            damaged[randomness.randrange(len(damaged))] = randomness.randrange(256)
        parse(bytes(damaged[: randomness.randrange(len(damaged) + 1)]))
