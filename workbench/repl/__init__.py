"""Reader of Renode's platform description language (.repl).

    text -> lexer -> layout -> parser -> usings -> merge -> Description

`read` is the way in; everything it raises is a `workbench.errors.ReplError`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.repl.description import Description
from workbench.repl.merge import merge
from workbench.repl.usings import read_files

__all__ = ["Description", "read"]


def read(path: Path, search: Iterable[Path] = ()) -> Description:
    """Return the platform that the file at `path` describes, `using`s included.

    search: folders in which `using "platforms/..."` is looked up first, as Renode's own folder.
    """
    files = read_files(path, search)
    names = dict.fromkeys(node.file for node, _ in files)
    return Description(entries=merge(files), files=tuple(names))
