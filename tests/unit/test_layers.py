"""Which package may import which: docs/architecture.md's layers, from the ground up."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench

LAYERS = (
    ("errors", "support"),
    ("armv7m",),
    ("image", "repl"),
    ("platform",),
    ("model", "trace"),
    ("builder", "timing"),
    ("engines",),
    ("link",),
    ("machine",),
    ("fault",),
    ("runs",),
    ("profile",),
    ("benchmark", "dut"),
    ("doctor",),
    ("report",),
    ("gdb", "pytest_plugin", "robot"),
    ("cli",),
)
"""A package imports from layers before its own. Errors are printable text, so the ground is one."""

PACKAGE = Path(workbench.__file__).parent
RANKS = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
FILES = sorted(PACKAGE.rglob("*.py"))


def imported(source: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the package of the workbench of every import, those of types included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "workbench":
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workbench."):
            yield node.lineno, (node.module or "").split(".")[1]
        elif isinstance(node, ast.Import):
            names = (alias.name.split(".") for alias in node.names)
            yield from ((node.lineno, n[1]) for n in names if n[0] == "workbench" and n[1:])


def own_package(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_every_package_has_a_layer():
    found = {own_package(path) for path in FILES} - {"__init__", "__main__"}
    assert found == set(RANKS)


@pytest.mark.parametrize("package", RANKS)
def test_a_package_imports_from_the_layers_below_only(package):
    ground = LAYERS[0]
    upward = [
        f"{path.relative_to(PACKAGE)}:{line} imports {target}"
        for path in FILES
        if own_package(path) == package
        for line, target in imported(path.read_text())
        if target in RANKS and target != package
        if RANKS[target] >= RANKS[package] and not {package, target} <= set(ground)
    ]
    assert upward == []


def test_imports_are_seen_in_all_forms():
    source = (
        "import workbench.gdb.server\n"
        "from workbench import cli, __version__\n"
        "from workbench.fault.cause import Cause\n"
        "import os\n"
    )
    assert list(imported(source)) == [(1, "gdb"), (2, "cli"), (2, "__version__"), (3, "fault")]
