"""Which .repl files can be read, as text."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.repl.check import ADDITION, ERROR, READ, Check
from workbench.text import printable


def check_lines(check: Check, additions: bool) -> Iterator[str]:
    """Yield what is wrong with each file, then how many can be read.

    additions: a file that adds to a platform which is not given counts as readable.
    """
    for file in check.files:
        if file.status == ERROR or (file.status == ADDITION and not additions):
            said = f"{file.message}\n  hint: {file.hint}" if file.hint else file.message
            yield printable(said)
    count = check.count(ADDITION)
    beside = f", {count} more as additions to another platform" if count else ""
    yield f"reads {check.count(READ)} of {len(check.files)} files{beside}"
