"""C++ names as the source spells them."""

from __future__ import annotations

from functools import lru_cache

from itanium_demangler import parse

# The demangler recurses; names longer than this are left as they are.
MAX_LENGTH = 4096


@lru_cache(maxsize=65536)
def demangle(name: str) -> str:
    """Return the C++ name of the Itanium-mangled `name`, or `name` where it is none."""
    if not name.startswith("_Z") or len(name) > MAX_LENGTH:
        return name
    try:
        tree = parse(name)
        return str(tree) if tree is not None else name
    except (RecursionError, NotImplementedError, ValueError, IndexError, KeyError, AttributeError):
        return name  # a name that the demangler does not know is still a name
