"""Conventions that no tool of the project checks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.unit.sources import FILES, PACKAGE, parsed

ROOT = PACKAGE.parent
SOURCES = {".py", ".c", ".cc", ".cpp", ".h", ".inc", ".S", ".ld", ".cmake", ".txt", ".robot"}
MOST_LINES = 400
Definition = ast.FunctionDef | ast.ClassDef


def public(node: ast.Module | ast.ClassDef) -> Iterator[Definition]:
    """Yield what `node` defines for others: names without an underscore."""
    for child in node.body:
        if isinstance(child, ast.FunctionDef | ast.ClassDef) and not child.name.startswith("_"):
            yield child


def interfaces(modules: list[ast.Module]) -> set[str]:
    """Return the names of methods that some class of the package documents.

    A class that implements the method of an interface need not repeat what it does.
    """
    return {
        method.name
        for module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
        for method in public(node)
        if ast.get_docstring(method)
    }


def undocumented(module: ast.Module, documented: set[str]) -> Iterator[str]:
    """Yield line and name of what is public and has no docstring."""
    for node in public(module):
        if not ast.get_docstring(node):
            yield f"{node.lineno} {node.name}"
        for method in public(node) if isinstance(node, ast.ClassDef) else ():
            if not ast.get_docstring(method) and method.name not in documented:
                yield f"{method.lineno} {node.name}.{method.name}"


def sources() -> Iterator[Path]:
    """Yield all that is written in a programming language, or in Robot Framework's."""
    for folder in ("workbench", "firmware", "robot", "tests"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SOURCES and path.is_file():
                yield path


def too_long(paths: Iterable[Path]) -> list[str]:
    """Return the name and the lines of each file that holds more than one idea can need."""
    counted = ((path, len(path.read_text().splitlines())) for path in paths)
    return [f"{path.name}: {lines} lines" for path, lines in counted if lines > MOST_LINES]


def test_no_file_is_too_long() -> None:
    assert len(list(sources())) > 1000
    assert too_long(sources()) == []


def test_a_file_of_too_many_lines_is_seen(tmp_path: Path) -> None:
    long, short = tmp_path / "long.c", tmp_path / "short.c"
    long.write_text("int x;\n" * (MOST_LINES + 1))
    short.write_text("int x;\n" * MOST_LINES)
    assert too_long([short, long]) == ["long.c: 401 lines"]


def test_what_is_public_has_a_docstring() -> None:
    modules = {path: parsed(path) for path in FILES}
    documented = interfaces(list(modules.values()))
    missing = [
        f"{path.relative_to(PACKAGE)}:{one}"
        for path, module in modules.items()
        for one in undocumented(module, documented)
    ]
    assert missing == []


def test_a_function_a_class_and_a_method_without_a_docstring_are_seen() -> None:
    source = """
def shown(): "Documented."
def bare(): pass
class Bare:
    def read(self): pass
    def write(self): pass
    def _own(self): pass
def _own(): pass
"""
    assert list(undocumented(ast.parse(source), {"read"})) == ["3 bare", "4 Bare", "6 Bare.write"]


PAIRS = {"save": "restore", "from_json": "to_json"}
UNCLEAR = re.compile("dump|serialize|deserialize|store_|(to|from)_(document|dict)")


def misnamed(module: ast.Module) -> Iterator[str]:
    """Yield what breaks the rules for names of functions in CONTRIBUTING.md."""
    classes = [node for node in ast.walk(module) if isinstance(node, ast.ClassDef)]
    scopes: list[ast.Module | ast.ClassDef] = [module, *classes]
    for scope in scopes:
        found = {node.name: node for node in scope.body if isinstance(node, ast.FunctionDef)}
        yield from (
            f"{one} without {PAIRS[one]}" for one in found if PAIRS.get(one, one) not in found
        )
        yield from (f"{name} is unclear" for name in found if UNCLEAR.match(name))
        for name, function in found.items():
            arguments = {argument.arg for argument in function.args.args}
            if name.split("_")[0] == "load" and not arguments & {"image", "elf"}:
                yield f"{name} loads no image"


def test_functions_that_do_the_same_have_the_same_name() -> None:
    found = {path.relative_to(PACKAGE): list(misnamed(parsed(path))) for path in FILES}
    assert {path: names for path, names in found.items() if names} == {}


def test_names_that_break_the_rules_are_seen() -> None:
    source = """
def load_settings(path): pass
def from_json(document): pass
class Part:
    def save(self): pass
    def load(self, image): pass
    def to_dict(self): pass
"""
    assert list(misnamed(ast.parse(source))) == [
        "from_json without to_json",
        "load_settings loads no image",
        "save without restore",
        "to_dict is unclear",
    ]
