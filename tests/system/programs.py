"""The small programs of tests/system/engine/firmware, which several folders run."""

from __future__ import annotations

from pathlib import Path

from tests.cross import BARE, STRICT, WITH_FPU, compile_elf
from workbench.engines.base import Instructions

SOURCES = Path(__file__).with_name("engine") / "firmware"
OPTIMISED = ("-O1", "-g", *STRICT)
PLENTY = Instructions(5_000_000)
"""More than any of them issues."""


def compile_source(elf: Path, source: Path, *options: str) -> Path:
    """Compile `source` with the startup code and the linker script of the programs into `elf`."""
    script = ("-T", SOURCES / "test.ld", "-lgcc")
    include = f"-I{SOURCES}"
    return compile_elf(
        elf, *WITH_FPU, *BARE, include, *options, SOURCES / "startup.c", source, *script
    )


def compile_program(name: str, folder: Path) -> Path:
    """Compile firmware/NAME.c into `folder` and return the ELF."""
    return compile_source(folder / f"{name}.elf", SOURCES / f"{name}.c", *OPTIMISED)
