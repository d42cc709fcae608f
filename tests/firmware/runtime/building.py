"""Builds the runners with CMake, in the user's cache, so that a second run compiles nothing."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from tests import needs
from workbench.builder import cache
from workbench.builder.toolchain import find_cmake, find_ninja
from workbench.errors import ToolchainError
from workbench.support.cache_folder import root

SOURCES = Path(__file__).parent


def build(sources: Path, compiler: str, target: str, *options: str) -> Path:
    """Build `target` of the CMake project `sources` and return it; skip where a tool is missing."""
    needs.program(compiler)
    try:
        cmake, ninja = find_cmake(), find_ninja()
    except ToolchainError as error:
        pytest.skip(str(error))
    # One tree for each checkout and set of options.
    key = hashlib.sha256(repr((str(sources), options)).encode()).hexdigest()[:16]
    tree = root() / "tests" / f"{target}-{key}"
    configure: list[str | Path] = [cmake.path, "-G", "Ninja", "-S", sources, "-B", tree, *options]
    configure.append(f"-DCMAKE_MAKE_PROGRAM={ninja.path}")
    compiling: list[str | Path] = [cmake.path, "--build", tree, "--parallel", "2"]
    with cache.locked(tree):
        for command in (configure, compiling):
            result = subprocess.run(command, capture_output=True, text=True, check=False)
            assert result.returncode == 0, result.stdout + result.stderr
    return tree / target
