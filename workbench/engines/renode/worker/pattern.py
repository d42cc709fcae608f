"""Which bytes a match of a regular expression can end with.

While a run waits for a pattern, only such a byte makes the core wait for Python to look.
"""

from __future__ import annotations

import re
import sys
from typing import Any

if sys.version_info >= (3, 11):
    from re import _constants as constants
    from re import _parser as parser
else:
    import sre_constants as constants
    import sre_parse as parser

ANY = frozenset(range(256))
_PLAIN = (constants.LITERAL, constants.RANGE)
parse: Any = parser.parse  # declared for text, and takes bytes as well


def last_bytes(pattern: bytes) -> frozenset[int]:
    """Return the possible last bytes of a match; all where that cannot be told.

    An expression that can match nothing matches at once, so it is never asked about.
    """
    try:
        parsed = parse(pattern)
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
    if operation is constants.LITERAL:
        return frozenset({argument}), False
    if operation in (constants.MAX_REPEAT, constants.MIN_REPEAT):
        least, _, inner = argument
        ends, empty = _ends(list(inner))
        return ends, empty or least == 0
    if operation is constants.SUBPATTERN and not argument[1]:  # no flags of its own
        return _ends(list(argument[-1]))
    if operation is constants.BRANCH:
        parts = [_ends(list(branch)) for branch in argument[1]]
        return frozenset().union(*(ends for ends, _ in parts)), any(e for _, e in parts)
    if operation is constants.IN and all(kind in _PLAIN for kind, _ in argument):
        return frozenset().union(*(_members(*member) for member in argument)), False
    # Other classes, anchors, groups by number, assertions: any byte may follow or be the last.
    return ANY, False


def _members(kind: Any, argument: Any) -> frozenset[int]:
    """The bytes of one member of a class such as [a-z0]."""
    if kind is constants.LITERAL:
        return frozenset({argument})
    first, last = argument
    return frozenset(range(first, last + 1))
