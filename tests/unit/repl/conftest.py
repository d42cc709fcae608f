"""Platforms from text."""

from __future__ import annotations

import textwrap

import pytest

from workbench import repl


@pytest.fixture
def read(tmp_path):
    """Return a function that reads `main` as a .repl, with other files beside it."""

    def reader(main, search=(), **files):
        for name, text in files.items():
            (tmp_path / f"{name}.repl").write_text(textwrap.dedent(text))
        path = tmp_path / "main.repl"
        path.write_text(textwrap.dedent(main))
        return repl.read(path, search)

    return reader


@pytest.fixture
def properties(read):
    """Return a function that reads the attributes of one entry and gives its properties."""

    def reader(text):
        block = textwrap.indent(textwrap.dedent(text).strip("\n"), "    ")
        return read(f"x: Type\n{block}\nother: Type").entries["x"].properties

    return reader
