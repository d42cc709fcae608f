"""C++ names as short as a table has room for, and still distinct."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping


def short_name(name: str) -> str:
    """Return a C++ name without namespaces, template arguments and parameters."""
    return _shortened(name, with_arguments=False)


def short_names(names: Iterable[str]) -> Mapping[str, str]:
    """Return the short name of each; where it is not the only one, with template arguments, and
    where they are the same, with the class or namespace.
    """
    short = {name: short_name(name) for name in names}
    for more in (_with_arguments, _with_scope):
        times = Counter(short.values())
        short = {
            name: more(name) if times[before] > 1 else before for name, before in short.items()
        }
    return short


def _with_arguments(name: str) -> str:
    return _shortened(name, with_arguments=True)


def _with_scope(name: str) -> str:
    plain = name.replace("(anonymous namespace)::", "")
    short = _with_arguments(name)
    before, found, _ = plain.partition(f"::{short}(")
    scope = re.split(r"[ :<(]", before)[-1]
    return f"{scope}::{short}" if found and scope else short


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
