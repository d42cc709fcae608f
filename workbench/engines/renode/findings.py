"""What Renode wrote into its log while the core ran, as warnings for people.

Renode goes on where silicon faults: an access to an address with nothing there reads 0 and leaves
a line in the log. Those lines, and every other warning and error, become the warnings of a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

MAX_WARNINGS = 20

# The time is bare in Renode 1.15, in brackets from 1.16 on.
_LINE = re.compile(r"^(?:[\d:.]+|\[[\d:.]+\]) +\[(WARNING|ERROR)\] (?P<text>.*)")
_UNMAPPED = re.compile(
    r"^sysbus: (?:\[(?:\w+: )?(?P<pc>0x[0-9A-Fa-f]+)[^]]*\] )?"
    r"(?P<access>Read|Write)\w+ (?:from|to) non existing peripheral at (?P<address>0x[0-9A-Fa-f]+)"
)
_NOT_MODELLED = re.compile(r"^(?P<where>\w+): (?:Unhandled|Changing value of the \w+ register)")
_ABORT = re.compile(r"CPU abort \[PC=(?P<pc>0x[0-9A-Fa-f]+)\]: (?P<why>.*)")

_SILICON = "Renode goes on; silicon takes a BusFault"


def log_lines(log: Path, start: int, end: int) -> list[str]:
    """The lines of `log` between two byte offsets; none where it cannot be read."""
    try:
        with log.open("rb") as stream:
            stream.seek(start)
            return stream.read(max(0, end - start)).decode(errors="replace").splitlines()
    except OSError:
        return []


def warnings_in(lines: Iterable[str]) -> tuple[str, ...]:
    """The distinct warnings and errors in `lines`, at most MAX_WARNINGS and a note on the rest.

    Registers and bits that Renode has no model for are one warning together: firmware that boots
    as on silicon writes some of them at every start.
    """
    seen: dict[str, int] = {}
    not_modelled: dict[str, None] = {}
    for line in lines:
        found = _LINE.match(line)
        if not found:
            continue
        gap = _NOT_MODELLED.match(found["text"])
        if gap:
            not_modelled[gap["where"]] = None
        else:
            text = _explained(found["text"].rstrip())
            seen[text] = seen.get(text, 0) + 1
    if not_modelled:
        seen[f"Renode does not model all registers used of: {', '.join(not_modelled)}"] = 1
    texts = [f"{text} ({times} times)" if times > 1 else text for text, times in seen.items()]
    if len(texts) > MAX_WARNINGS:
        more = len(texts) - MAX_WARNINGS
        texts = [*texts[:MAX_WARNINGS], f"{more} more kinds of warnings in Renode's log"]
    return tuple(texts)


def abort_in(lines: Iterable[str]) -> str:
    """Why the core was aborted, or "" where `lines` do not say."""
    for line in lines:
        found = _ABORT.search(line)
        if found:
            return (
                f"Renode aborted the core at {found['pc']}: {found['why'].rstrip('.')}"
                " (silicon: BusFault IBUSERR, or what its handler makes of it)"
            )
    return ""


def _explained(text: str) -> str:
    found = _UNMAPPED.match(text)
    if not found:
        return text
    access = "read of" if found["access"] == "Read" else "write to"
    where = f" at {found['pc']}" if found["pc"] else ""
    return f"{access} {found['address']}{where}: nothing is there ({_SILICON})"
