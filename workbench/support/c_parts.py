"""The parts of the package that are written in C, where they were compiled."""

from __future__ import annotations

import importlib
from types import ModuleType

from workbench.errors import UserError
from workbench.support.source_digest import ROOT, source_digest


def import_c_part(name: str) -> ModuleType | None:
    """Return the module `name`, None where it was not compiled.

    Raises UserError where it was compiled from other sources than those that are there now: what
    Python expects of it and what it does may then differ.
    """
    try:
        module = importlib.import_module(name)
    except ImportError:
        return None
    compiled, there = getattr(module, "SOURCE_DIGEST", ""), source_digest(name)
    if there and compiled != there:
        raise UserError(
            f"{module.__file__} was compiled from other C sources than those beside it",
            f"compile it again: `pip install -e {ROOT}`, or `make .venv/.dev` there",
        )
    return module
