"""How what an extra of the package needs is installed."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, requires

DISTRIBUTION = "tinyml-workbench"


@cache
def how_to_install(extra: str) -> str:
    """Return the command that installs what `extra` of pyproject.toml asks for.

    The workbench itself is not in any registry, so pip cannot be given the extra by its name.
    """
    try:
        known = requires(DISTRIBUTION) or []
    except PackageNotFoundError:  # run from a checkout, without having been installed
        known = []
    marked = [one.partition(";") for one in known]
    wanted = [what.strip() for what, _, marker in marked if f'extra == "{extra}"' in marker]
    if not wanted:
        return f"pip install '.[{extra}]' in a checkout of the workbench"
    return "pip install " + " ".join(f"'{one}'" for one in wanted)
