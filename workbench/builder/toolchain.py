"""The tools that a build needs: the GNU Arm Embedded compiler, CMake and Ninja."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbench.errors import ToolchainError

MIN_GCC = (10, 0)  # the first with -ffile-prefix-map and complete C++17 designated initialisers
MIN_CMAKE = (3, 25)
APT_LINE = (
    "sudo apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib"
)
DEBUGGERS = ("gdb-multiarch", "arm-none-eabi-gdb")
"""What can debug a Cortex-M, the one that Debian packages first."""

_PROBE_SECONDS = 30


@dataclass(frozen=True)
class Tool:
    """A program on this machine; `version` is what it says of itself, in one line."""

    path: Path
    version: str


@dataclass(frozen=True)
class Toolchain:
    """All that a build runs."""

    gcc: Tool
    cmake: Tool
    ninja: Tool


@lru_cache(maxsize=1)
def find_toolchain() -> Toolchain:
    """Return the tools of this machine; raise ToolchainError with what to install."""
    return Toolchain(find_gcc(), find_cmake(), find_ninja())


def find_gcc() -> Tool:
    """Return arm-none-eabi-gcc from PATH, after checking that it can build C++ for us."""
    path = shutil.which("arm-none-eabi-gcc")
    if path is None:
        raise ToolchainError(
            "arm-none-eabi-gcc is not on PATH", f"on Debian and Ubuntu: {APT_LINE}"
        )
    gcc = Tool(Path(path), tool_version(path))
    found = _version_tuple(_ask(path, "-dumpfullversion"))
    if found < MIN_GCC:
        raise ToolchainError(
            f"{path} is version {_dotted(found)}; {_dotted(MIN_GCC)} or later is needed",
            "install a newer gcc-arm-none-eabi and put it first on PATH",
        )
    for part in ("g++", "ar", "nm"):
        if not gcc.path.with_name(f"arm-none-eabi-{part}").exists():
            raise ToolchainError(
                f"{path} has no arm-none-eabi-{part} beside it", f"on Debian and Ubuntu: {APT_LINE}"
            )
    for library in ("libc_nano.a", "libstdc++_nano.a"):
        if _ask(path, "-mthumb", f"-print-file-name={library}") == library:
            raise ToolchainError(
                f"the C and C++ library for {path} is missing ({library})",
                f"on Debian and Ubuntu: {APT_LINE}",
            )
    return gcc


def find_cmake() -> Tool:
    """Return CMake: the one of this Python environment, else of PATH."""
    path = _beside_python_or_on_path("cmake")
    tool = Tool(path, tool_version(str(path)))
    found = _version_tuple(tool.version)
    if found < MIN_CMAKE:
        raise ToolchainError(
            f"{path} is version {_dotted(found)}; {_dotted(MIN_CMAKE)} or later is needed",
            "pip install cmake",
        )
    return tool


def find_ninja() -> Tool:
    """Return Ninja: the one of this Python environment, else of PATH."""
    path = _beside_python_or_on_path("ninja")
    return Tool(path, tool_version(str(path)))


def _beside_python_or_on_path(name: str) -> Path:
    own = Path(sys.executable).parent / name
    if own.exists():
        return own
    path = shutil.which(name)
    if path is None:
        raise ToolchainError(f"{name} is not installed", f"pip install {name}")
    return Path(path)


def tool_version(path: str) -> str:
    """Return what the program says of itself, in one line; ToolchainError if it does not run."""
    return _ask(path, "--version").partition("\n")[0]


def _ask(path: str, *arguments: str) -> str:
    try:
        result = subprocess.run(
            [path, *arguments],
            check=True,
            capture_output=True,
            text=True,
            timeout=_PROBE_SECONDS,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolchainError(f"{path} does not run: {error}", "install it again") from error
    return result.stdout.strip()


def _version_tuple(text: str) -> tuple[int, ...]:
    match = re.search(r"\d+(\.\d+)+", text)
    return tuple(int(part) for part in match.group().split(".")) if match else ()


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
