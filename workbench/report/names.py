"""C++ names as short as a table has room for, and still told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping


def short_name(name: str) -> str:
    """Return a C++ name without namespaces, template arguments and parameters."""
    return _shortened(name, with_arguments=False)


def short_names(names: Iterable[str]) -> Mapping[str, str]:
    """Return the short name of each, with template arguments where it is not the only one."""
    distinct = set(names)
    times = Counter(short_name(name) for name in distinct)
    return {name: _shortened(name, with_arguments=times[short_name(name)] > 1) for name in distinct}


def _shortened(name: str, with_arguments: bool) -> str:
    plain = name.replace("(anonymous namespace)::", "")
    if plain.startswith("_Z") or "operator" in plain:
        return plain
    start, depth, end = 0, 0, len(plain)
    opened = closed = -1  # the last template arguments on the way
    for index, character in enumerate(plain):
        if character == "(" and depth == 0:
            end = index
            break
        depth += (character == "<") - (character == ">")
        if depth == 1 and character == "<":
            opened = index
        elif depth == 0 and character == ">":
            closed = index
        elif depth == 0 and character in ": ":
            start = index + 1
    bare = plain[start : opened if start < opened < end else end]
    if not bare:
        return plain
    return bare + plain[opened : closed + 1] if with_arguments and start < opened < end else bare
