"""Which bytes a match of a regular expression can end with.

While a run waits for a pattern, only such a byte makes the core wait for Python to look.
"""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any

# Declared nowhere, and under another name before Python 3.11.
sre: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

ANY = frozenset(range(256))
_PLAIN = (sre.LITERAL, sre.RANGE)


def last_bytes(pattern: bytes) -> frozenset[int]:
    """Return the possible last bytes of a match; all where that cannot be told.

    An expression that can match nothing matches at once, so it is never asked about.
    """
    try:
        parsed = sre.parse(pattern)
        if parsed.state.flags & re.IGNORECASE:
            return ANY
        found, _ = _ends(list(parsed))
    except Exception:  # private to the standard library, and only an optimisation
        return ANY
    return found


def _ends(items: list[Any]) -> tuple[frozenset[int], bool]:
    """The last bytes of a sequence, and whether it can be empty."""
    found: frozenset[int] = frozenset()
    for operation, argument in reversed(items):
        ends, empty = _end(operation, argument)
        found |= ends
        if not empty:
            return found, False
    return found, True


def _end(operation: Any, argument: Any) -> tuple[frozenset[int], bool]:
    if operation is sre.LITERAL:
        return frozenset({argument}), False
    if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        least, _, inner = argument
        ends, empty = _ends(list(inner))
        return ends, empty or least == 0
    if operation is sre.SUBPATTERN and not argument[1]:  # no flags of its own
        return _ends(list(argument[-1]))
    if operation is sre.BRANCH:
        parts = [_ends(list(branch)) for branch in argument[1]]
        return frozenset().union(*(ends for ends, _ in parts)), any(e for _, e in parts)
    if operation is sre.IN and all(kind in _PLAIN for kind, _ in argument):
        return frozenset().union(*(_members(*member) for member in argument)), False
    # Other classes, anchors, groups by number, assertions: any byte may follow or be the last.
    return ANY, False


def _members(kind: Any, argument: Any) -> frozenset[int]:
    """The bytes of one member of a class such as [a-z0]."""
    if kind is sre.LITERAL:
        return frozenset({argument})
    first, last = argument
    return frozenset(range(first, last + 1))
