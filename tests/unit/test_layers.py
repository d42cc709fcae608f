"""Which package may import which: docs/architecture.md's layers, from the ground up."""

import ast
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from tests.unit.sources import FILES, PACKAGE, parsed

LAYERS = (
    ("text",),
    ("errors",),
    ("support",),
    ("armv7m",),
    ("image", "repl"),
    ("platform",),
    ("model", "peripheral", "trace"),
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
"""A package imports from layers before its own, also within functions."""

ROOMS = (
    ("events", "clock"),
    ("block_state", "bus"),
    ("peripherals", "polling"),
    ("cortex_m",),
    ("unicorn",),
    ("tracing",),
    ("machine",),
    ("console", "semihosting", "goal", "bus_access", "wiring", "assemble"),
    ("stop_reasons",),
    ("runner",),
    ("engine",),
)
"""The embedded engine: what silicon has knows neither Unicorn nor who traces, and so on upwards."""

EMBEDDED = PACKAGE / "engines" / "embedded"
RANKS = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}


@cache
def imports(source: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """Return every import, those of types and those within functions included."""
    return [node for node in ast.walk(source) if isinstance(node, ast.Import | ast.ImportFrom)]


def imported(source: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the package of the workbench of every import, those of types included."""
    for node in imports(source):
        if isinstance(node, ast.ImportFrom) and node.module == "workbench":
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workbench."):
            yield node.lineno, (node.module or "").split(".")[1]
        elif isinstance(node, ast.Import):
            names = (alias.name.split(".") for alias in node.names)
            yield from ((node.lineno, n[1]) for n in names if n[0] == "workbench" and n[1:])


def name_of(path: Path) -> str:
    """Return the name under which a file of the workbench is imported."""
    parts = ("workbench", *path.relative_to(PACKAGE).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(source: ast.Module, modules: Collection[str], late: bool = False) -> set[str]:
    """Return which of `modules` are imported when the source is, those of types included.

    late: and which are imported when a function of it is called.
    """
    found: set[str] = set()
    waiting: list[ast.AST] = [source]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom):
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & {*modules}
            found |= submodules or {node.module or ""}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif late or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return found & {*modules}


def circles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return a walk from a module back to itself for each that is found, [] where there is none."""
    found: list[list[str]] = []
    finished: set[str] = set()

    def walk(module: str, path: list[str]) -> None:
        if module in path:
            found.append([*path[path.index(module) :], module])
        elif module not in finished:
            for target in sorted(graph[module]):
                walk(target, [*path, module])
            finished.add(module)

    for module in sorted(graph):
        walk(module, [])
    return found


def neighbours(graph: Mapping[str, Collection[str]], package: str) -> dict[str, set[str]]:
    """Return which modules and packages directly within `package` import which others of it.

    What a subpackage imports, at any depth, is its import; the package itself is "__init__".
    """

    def within(module: str) -> str | None:
        if module == package:
            return "__init__"
        inside = module.startswith(f"{package}.")
        return module[len(package) + 1 :].split(".")[0] if inside else None

    found: dict[str, set[str]] = {}
    for module, targets in graph.items():
        if (here := within(module)) is not None:
            there = {within(target) for target in targets}
            found.setdefault(here, set()).update(there - {None, here})  # type: ignore[arg-type]
    return found


def own_package(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def test_every_package_has_a_layer():
    found = {own_package(path) for path in FILES} - {"__init__", "__main__"}
    assert found == set(RANKS)


@pytest.mark.parametrize("package", RANKS)
def test_a_package_imports_from_the_layers_below_only(package):
    upward = [
        f"{path.relative_to(PACKAGE)}:{line} imports {target}"
        for path in FILES
        if own_package(path) == package
        for line, target in imported(parsed(path))
        if target in RANKS and target != package
        if RANKS[target] >= RANKS[package]
    ]
    assert upward == []


def test_every_module_of_the_embedded_engine_has_a_room():
    found = {path.relative_to(EMBEDDED).with_suffix("").parts[0] for path in EMBEDDED.rglob("*.py")}
    assert found - {"__init__"} == {name for room in ROOMS for name in room}


def test_a_room_of_the_embedded_engine_knows_those_below_it_only():
    rank = {name: number for number, room in enumerate(ROOMS) for name in room}
    modules = {name_of(path): path for path in EMBEDDED.rglob("*.py")}
    below = len(name_of(EMBEDDED / "__init__.py")) + 1
    upward = [
        f"{module} imports {target}"
        for module, path in modules.items()
        for target in imported_modules(parsed(path), modules)
        if module[below:] and target[below:]
        if rank[target[below:].split(".")[0]] > rank[module[below:].split(".")[0]]
    ]
    assert upward == []


@pytest.fixture(scope="module")
def graph():
    """Which module of the workbench imports which, also within functions."""
    modules = {name_of(path): path for path in FILES}
    return {
        module: imported_modules(parsed(path), modules, late=True) - {module}
        for module, path in modules.items()
    }


def test_no_modules_import_each_other_in_a_circle(graph):
    assert circles(graph) == []


def test_no_packages_import_each_other_in_a_circle(graph):
    packages = {module.rpartition(".")[0] for module in graph} - {""}
    found = {package: circles(neighbours(graph, package)) for package in packages}
    assert {package: walks for package, walks in found.items() if walks} == {}


def test_a_circle_of_packages_is_found_where_no_modules_are_in_one():
    graph = {"w": [], "w.a": [], "w.a.x": ["w.b.x"], "w.a.y": [], "w.b.x": [], "w.b.y": ["w.c"]}
    graph["w.c"] = ["w.a.y"]
    assert circles(graph) == []
    assert circles(neighbours(graph, "w")) == [["a", "b", "c", "a"]]


def test_a_circle_is_found():
    graph = {"a": ["b"], "b": ["c", "d"], "c": [], "d": ["b"]}
    assert circles(graph) == [["b", "d", "b"]]


def test_imports_of_types_count_and_those_of_functions_come_later():
    source = (
        "from workbench.trace import Trace\n"
        "if TYPE_CHECKING:\n"
        "    from workbench.image import image, other\n"
        "def late():\n"
        "    import workbench.cli\n"
    )
    modules = {"workbench.trace", "workbench.image", "workbench.image.image", "workbench.cli"}
    tree = ast.parse(source)
    assert imported_modules(tree, modules) == {"workbench.trace", "workbench.image.image"}
    assert imported_modules(tree, modules, late=True) == modules - {"workbench.image"}


def test_imports_are_seen_in_all_forms():
    source = ast.parse(
        "import workbench.gdb.server\n"
        "from workbench import cli, __version__\n"
        "from workbench.fault.cause import Cause\n"
        "import os\n"
    )
    assert list(imported(source)) == [
        (1, "gdb"),
        (2, "cli"),
        (2, "__version__"),
        (3, "fault"),
    ]


VALUES_OF_ENGINES = {"FaultState", "StopKind", "StopReason"}
LIVE = {"LoadedMachine", "capture", "open_machine"}


def imports_of(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the module and the name of each `from ... import ...`."""
    for node in imports(parsed(path)):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def test_a_diagnosis_has_values_and_no_machine():
    seen = {
        (path.name, name)
        for path in (PACKAGE / "fault").glob("*.py")
        for module, name in imports_of(path)
        if (module.startswith("workbench.engines") and name not in VALUES_OF_ENGINES)
        or (module.startswith("workbench.machine") and name in LIVE)
    }
    assert seen == set()


def test_endings_are_diagnosed_in_one_place():
    callers = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        for module, name in imports_of(path)
        if (module, name) == ("workbench.fault.diagnose", "diagnose")
    }
    assert callers == {"fault/explanation.py"}
