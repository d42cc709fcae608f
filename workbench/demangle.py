"""C++ names as the source spells them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from itanium_demangler import parse

# The demangler recurses; names longer than this are left as they are.
MAX_LENGTH = 4096
_ANONYMOUS = ("_GLOBAL__N_1", "(anonymous namespace)")


@lru_cache(maxsize=65536)
def demangle(name: str) -> str:
    """Return the C++ name of the Itanium-mangled `name`, or `name` where it is none."""
    tree = _parse(name)
    return name if tree is None else str(tree).replace(*_ANONYMOUS)


@lru_cache(maxsize=65536)
def qualified_name(name: str) -> str:
    """Return `ns::f<int>` for what demangles to `int ns::f<int>(char)`: no types around it."""
    tree = _parse(name)
    if tree is None:
        return name
    return str(tree.name if tree.kind == "func" else tree).removesuffix(" const")


def without_template_arguments(name: str) -> str:
    """Return `ns::f` for `ns::f<int>`; operators stay as they are."""
    if not name.endswith(">") or "operator" in name:
        return name
    depth = 0
    for index in range(len(name) - 1, -1, -1):
        depth += (name[index] == ">") - (name[index] == "<")
        if depth == 0:
            return name[:index]
    return name


def _parse(name: str) -> Any:
    if not name.startswith("_Z") or len(name) > MAX_LENGTH:
        return None
    try:
        tree = parse(name)
        str(tree)  # some names parse and cannot be spelled
        return tree
    except (RecursionError, NotImplementedError, ValueError, IndexError, KeyError, AttributeError):
        return None  # a name that the demangler does not know is still a name
