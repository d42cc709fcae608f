"""TOML files that users write."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import UserError
from workbench.support.files import MIB, read_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


MAX_BYTES = MIB
MAX_DEPTH = 16  # of tables and lists in each other; settings need three

# What brackets stand in without a meaning: strings of four kinds, and comments.
_TEXT = re.compile(
    r'''"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*''' + r"|'''.*?'''|'[^'\n]*'", re.DOTALL
)


def read_toml(path: Path, error: Callable[[str, str], UserError], hint: str) -> dict[str, Any]:
    """Return the tables of the file at `path`.

    Raises `error`: with `hint` where the file cannot be read, and where it is not valid TOML or is
    nested deeper than `MAX_DEPTH`.
    """
    content = read_file(path, error, hint, most=MAX_BYTES)
    try:
        text = content.decode()
        if _brackets(text) <= MAX_DEPTH:
            tables = tomllib.loads(text)
            if not _is_deeper(tables, MAX_DEPTH):
                return tables
    # A number of thousands of digits is a plain ValueError.
    except ValueError as found:
        raise error(f"{path}: is not valid TOML: {found}", "see https://toml.io") from None
    raise error(f"{path}: is nested deeper than {MAX_DEPTH} levels", "is this the right file?")


def _brackets(text: str) -> int:
    """Return how deep brackets of all kinds lie in each other: the reader recurses by them."""
    depth = deepest = 0
    for mark in re.findall(r"[\[{\]}]", _TEXT.sub("", text)):
        depth += 1 if mark in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _is_deeper(value: object, levels: int) -> bool:
    """Return whether tables and lists lie deeper in each other than `levels`: dotted keys nest too.

    Raises ValueError for a whole number that TOML cannot hold.
    """
    if isinstance(value, int) and not -1 << 63 <= value < 1 << 63:
        raise ValueError("a whole number that does not fit into 64 bits")
    if not isinstance(value, (dict, list)):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inner)
