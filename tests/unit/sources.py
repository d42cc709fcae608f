"""The files of the package, parsed once for all tests that read them."""

import ast
from functools import cache
from pathlib import Path

import workbench

PACKAGE = Path(workbench.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


@cache
def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text())
