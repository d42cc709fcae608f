"""Counts of the house, before and after: `python -m tests.bench.house [REVISION...]`.

For each revision of git, and for the working tree: packages and modules at the top of workbench/,
imports that run up the layers of docs/architecture.md, packages in circles, calls that load an
image into an engine, and that diagnose.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.unit.test_layers import RANKS, imported

ROOT = Path(__file__).parents[2]
HERE = "working tree"
Sources = Mapping[str, str]
LOADS = re.compile(r"(?:engine|machine)\.load\(")


def sources(revision: str) -> Sources:
    """Return the Python modules of workbench/ in a revision: path within workbench/ -> text."""
    if revision == HERE:
        paths = sorted(ROOT.glob("workbench/**/*.py"))
        return {path.relative_to(ROOT).as_posix(): path.read_text() for path in paths}
    names = _git("ls-tree", "-r", "--name-only", revision, "workbench").splitlines()
    return {name: _git("show", f"{revision}:{name}") for name in names if name.endswith(".py")}


def _git(*words: str) -> str:
    return subprocess.check_output(["git", *words], cwd=ROOT, text=True)


def own(name: str) -> str:
    """The top-level package or module of a file."""
    return name.split("/")[1].removesuffix(".py")


def edges(code: Sources) -> Iterator[tuple[str, str]]:
    """Yield which package imports which, once for each import."""
    for name, text in code.items():
        for _, target in imported(ast.parse(text)):
            if target != own(name):
                yield own(name), target


def circles(code: Sources) -> int:
    """Count the packages that reach themselves over others."""
    direct: dict[str, set[str]] = {}
    for here, there in edges(code):
        direct.setdefault(here, set()).add(there)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        rest = [start]
        while rest:
            for there in direct.get(rest.pop(), set()) - seen:
                seen.add(there)
                rest.append(there)
        return seen

    return sum(package in reached(package) for package in direct)


def calls(code: Sources, *names: str) -> int:
    """Count calls of functions or methods of these names."""
    return sum(
        isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in names
        for text in code.values()
        for node in ast.walk(ast.parse(text))
    )


def figures(revision: str) -> Mapping[str, int]:
    """Return what can be counted in a revision."""
    code = sources(revision)
    tops = {own(name) for name in code} - {"__init__", "__main__"}
    packages = {own(name) for name in code if name.count("/") > 1}
    layered = [edge for edge in edges(code) if set(edge) <= set(RANKS)]
    return {
        "packages at the top": len(packages),
        "modules at the top": len(tops - packages),
        "of them without a layer": len(tops - set(RANKS)),
        "imports that run up": sum(RANKS[there] > RANKS[here] for here, there in layered),
        "packages in circles": circles(code),
        "calls that load an engine": sum(len(LOADS.findall(text)) for text in code.values()),
        "calls of diagnose()": calls(code, "diagnose"),
        "longest file": max(len(text.splitlines()) for text in code.values()),
    }


def main(revisions: list[str]) -> None:
    """Print a table in Markdown."""
    columns = {revision: figures(revision) for revision in (*revisions, HERE)}
    print(f"| | {' | '.join(columns)} |")
    print("|---|" + "--:|" * len(columns))
    for what in columns[HERE]:
        print(f"| {what} | {' | '.join(str(column[what]) for column in columns.values())} |")


if __name__ == "__main__":
    main(sys.argv[1:])
