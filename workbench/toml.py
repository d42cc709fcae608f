"""TOML files that users write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.errors import UserError
from workbench.files import read_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def read_toml(path: Path, error: Callable[[str, str], UserError], hint: str) -> dict[str, Any]:
    """Return the tables of the file at `path`.

    Raises `error`: with `hint` where the file cannot be read, and where it is no TOML.
    """
    content = read_file(path, error, hint)
    try:
        return tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as found:
        raise error(f"{path}: is not valid TOML: {found}", "see https://toml.io") from None
