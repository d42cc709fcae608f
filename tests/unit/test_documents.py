"""Files that the Markdown documents name are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
FOLDERS = (".github", "docs", "firmware", "platforms", "robot", "tests", "workbench")
DOCUMENTS = sorted(
    [*CHECKOUT.glob("*.md"), *(p for name in FOLDERS for p in (CHECKOUT / name).rglob("*.md"))]
)
SHORT_FOR = ("", "workbench", "workbench/engines/embedded", "firmware", "firmware/runtime")
"""Where a path in a document may begin, besides the document's own folder."""
MADE = ("build", "out")
"""Folders that builds and commands make."""

LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
PATH = re.compile(r"(?<![\w/.:*\\-])(?:\w[\w.-]*/)+[\w.-]*")


def absent(document: Path, text: str, checkout: Path = CHECKOUT) -> Iterator[str]:
    """Yield what `text` links to and is not there, and paths into a folder that lacks them.

    A path whose first folder is nowhere is taken for the reader's own.
    """
    yield from (link for link in LINK.findall(text) if not (document.parent / link).exists())
    roots = [document.parent, *(checkout / root for root in SHORT_FOR)]
    for found in PATH.findall(re.sub(r"https?://\S+", "", text)):
        path = found.rstrip(".")
        first = path.split("/")[0]
        begins = [root for root in roots if (root / first).is_dir() and first not in MADE]
        if begins and not any((root / path).exists() for root in begins):
            yield path


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_what_a_document_names_is_there(path: Path) -> None:
    assert list(absent(path, path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_no_line_of_a_document_stands_twice_in_a_row(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [a for a, b in pairwise(lines) if a == b and len(a) > 20] == []


def test_what_has_moved_is_found(tmp_path: Path) -> None:
    (tmp_path / "workbench" / "cli").mkdir(parents=True)
    (tmp_path / "workbench" / "cli" / "app.py").touch()
    text = (
        "[the commands](workbench/cli/app.py), [gone](docs/gone.md), `cli/app.py`, `cli/old.py`, "
        "`yours/board.repl`, https://example.org/workbench/page"
    )
    assert list(absent(tmp_path / "README.md", text, tmp_path)) == ["docs/gone.md", "cli/old.py"]
