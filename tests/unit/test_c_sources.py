"""The C parts compile without what newer compilers refuse.

A part that does not compile is left out at installation, and its twin in Python is slower.
"""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

import pytest

import workbench
from tests import needs

SOURCES = sorted(Path(workbench.__file__).parent.rglob("csrc/*.c"))
REFUSED_BY_GCC_14 = ("implicit-function-declaration", "implicit-int", "incompatible-pointer-types")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_c_part_declares_what_it_calls(path: Path) -> None:
    headers = sysconfig.get_path("include")
    if not Path(headers, "Python.h").is_file():
        pytest.skip("Python's C headers are not installed")
    refused = [f"-Werror={warning}" for warning in REFUSED_BY_GCC_14]
    options = ["-fsyntax-only", "-isystem", headers, '-DSOURCE_DIGEST=""', *refused]
    command = [needs.program("cc"), *options, str(path)]
    assert subprocess.run(command, capture_output=True, text=True).stderr == ""
