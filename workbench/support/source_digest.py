"""What the C sources of a part of the package are, as one number; `setup.py` compiles it in."""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def c_sources(name: str, root: Path = ROOT) -> list[Path]:
    """Return the C files that the part `name` of the package may contain, in a fixed order.

    They are in folders csrc: the one beside the part, and those of the packages around it.
    root: the folder in which the package is.
    """
    package = name.split(".")[:-1]
    folders = [root.joinpath(*package[:depth], "csrc") for depth in range(1, len(package) + 1)]
    files = (file for folder in folders for file in folder.glob("*.[ch]"))
    return sorted(files, key=lambda file: file.relative_to(root).as_posix())


def source_digest(name: str, root: Path = ROOT) -> str:
    """Return the digest of `c_sources`, "" where the sources are not there, as in some wheels."""
    files = c_sources(name, root)
    content = hashlib.sha256()
    for file in files:
        content.update(f"{file.name}\n".encode() + file.read_bytes())
    return content.hexdigest()[:16] if files else ""
