"""Lines of `init:` blocks that mean something without Renode's Monitor.

Of the Monitor's many commands a platform description uses a few: tags that give a value to
registers of blocks without a model, and writes that fill a memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workbench.repl.description import Description

_WIDTHS = {"WriteByte": 1, "WriteWord": 2, "WriteDoubleWord": 4}
_NUMBER = r"(0x[0-9A-Fa-f_]+|\d[\d_]{0,99})"  # Python reads no more than 4,300 decimal digits
_TAG = re.compile(
    rf'Tag\s+<\s*{_NUMBER}\s*,\s*(\+)?\s*{_NUMBER}\s*>\s*"([^"]*)"(?:\s+{_NUMBER})?', re.IGNORECASE
)
_RANGE = re.compile(rf"SilenceRange\s+<\s*{_NUMBER}\s*,\s*(\+)?\s*{_NUMBER}\s*>", re.IGNORECASE)
_WRITE = re.compile(rf"(Write(?:Byte|Word|DoubleWord))\s+{_NUMBER}\s+{_NUMBER}\s*(?:#.*)?$")


@dataclass(frozen=True)
class Tag:
    """`Tag <begin, last> "name" value`: reads of the range give `value`, writes are ignored.

    `end` is the first address behind the range. `name` is "" for a silenced range.
    """

    name: str
    begin: int
    end: int
    value: int


@dataclass(frozen=True)
class Write:
    """`WriteDoubleWord offset value` and its kin: a store of `width` bytes."""

    offset: int
    width: int
    value: int


def tags(description: Description) -> tuple[Tag, ...]:
    """Return the tags of the system bus, in the order of the file."""
    bus = description.entries.get("sysbus")
    return tuple(_tags(bus.init)) if bus else ()


def writes(lines: Iterable[str]) -> tuple[Write, ...]:
    """Return the stores among the lines of an `init:` block."""
    found = (_WRITE.match(line) for line in lines)
    return tuple(
        Write(_number(match[2]), _WIDTHS[match[1]], _number(match[3])) for match in found if match
    )


def _tags(lines: Iterable[str]) -> Iterator[Tag]:
    for line in lines:
        if match := _TAG.match(line):
            begin, end = _span(match[1], match[2], match[3])
            yield Tag(match[4], begin, end, _number(match[5] or "0"))
        elif match := _RANGE.match(line):
            begin, end = _span(match[1], match[2], match[3])
            yield Tag("", begin, end, 0)


def _span(first: str, plus: str | None, last: str) -> tuple[int, int]:
    """`<first, last>` of a tag includes its last address; `<first, +size>` gives a size."""
    begin = _number(first)
    return begin, (begin + _number(last) if plus else _number(last) + 1)


def _number(text: str) -> int:
    return int(text.replace("_", ""), 16 if text[:2].lower() == "0x" else 10)
