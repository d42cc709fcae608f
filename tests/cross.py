"""Programs for the Cortex-M4, compiled on the fly."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests import needs

GCC, GXX = "arm-none-eabi-gcc", "arm-none-eabi-g++"
CORE = ("-mcpu=cortex-m4", "-mthumb")
WITH_FPU = (*CORE, "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16")
BARE = ("-ffreestanding", "-nostdlib", "-Wl,--build-id=none")
STRICT = ("-Wall", "-Wextra", "-Werror")


def compile_elf(elf: Path, *words: str | Path, compiler: str = GCC) -> Path:
    """Have `compiler` make `elf` of these options and sources, and return it.

    Skips the test where the compiler is not installed.
    """
    needs.program(compiler)
    command = [compiler, *map(str, words), "-o", str(elf)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return elf
