"""program.cc, compiled in several ways."""

from __future__ import annotations

from pathlib import Path

from tests.cross import BARE, CORE, GXX, compile_elf

SOURCE = Path(__file__).with_name("program.cc")
FLAGS = (
    *(*CORE, *BARE, "-fno-exceptions", "-fno-rtti"),
    *("-ffunction-sections", "-Wl,--gc-sections", "-Wl,-e,Reset"),
)
SCRIPT = """
SECTIONS {{
  . = {start};
  .text : {{ KEEP(*(.vectors)) *(.text*) *(.rodata*) }}
  .bss 0x20000000 : {{ *(.bss*) *(COMMON) }}
}}
"""


def write_script(folder: Path, start: int = 0x08000000) -> Path:
    """Write a linker script that puts code at `start`, and return it."""
    script = folder / f"{start:x}.ld"
    script.write_text(SCRIPT.format(start=start))
    return script


class Compiler:
    """Makes an ELF of program.cc with some flags, each kind once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *flags: str, start: int = 0x08000000) -> Path:
        elf = self._folder / ("_".join((*flags, hex(start))).replace("/", "") + ".elf")
        if elf.exists():
            return elf
        script = write_script(self._folder, start)
        return compile_elf(elf, *FLAGS, *flags, "-T", script, SOURCE, compiler=GXX)
