"""What Renode wrote into its log while the core ran, as warnings for people.

Renode goes on where silicon faults: an access to an address with nothing there reads 0 and leaves
a line in the log. The first one ends a run as a fault (`nowhere`); where faults are let pass, those
lines, and every other warning and error, become the warnings of a run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from workbench.engines.renode.nowhere import Refusal, is_own_access, refusal_in

MAX_WARNINGS = 20

# The time is bare in Renode 1.15, in brackets from 1.16 on.
_LINE = re.compile(r"^(?:[\d:.]+|\[[\d:.]+\]) +\[(WARNING|ERROR)\] (?P<text>.*)")
_NOT_MODELLED = re.compile(r"^(?P<where>\w+): (?:Unhandled|Changing value of the \w+ register)")
# What is not the user's business: what the workbench says itself before the run (`unserved`).
_CHATTER = re.compile(
    r"^\w+: (?:Semihosting handler is not registered|Intercepted semihosting call)"
)
_HALTED = re.compile(r"cpu: PC does not lay in memory or PC and SP are equal to zero")
_ABORT = re.compile(r"CPU abort \[PC=(?P<pc>0x[0-9A-Fa-f]+)\]: (?P<why>.*)")


def log_lines(log: Path, places: Iterable[Sequence[int]]) -> list[str]:
    """Return the lines of `log` at `places`, two byte offsets each; [] where it cannot be read."""
    lines: list[str] = []
    try:
        with log.open("rb") as stream:
            for begin, end in places:
                stream.seek(begin)
                data = stream.read(max(0, end - begin))
                lines += data.decode(errors="replace").splitlines()
    except OSError:
        pass
    return lines


def warnings_in(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the distinct warnings and errors in `lines`, at most MAX_WARNINGS and a note on the
    rest.

    Registers and bits that Renode has no model for are one warning together: firmware that boots
    as on silicon writes some of them at every start. So are accesses that silicon refuses.
    """
    seen: dict[str, int] = {}
    not_modelled: dict[str, None] = {}
    refused: list[Refusal] = []
    for line in lines:
        found = _LINE.match(line)
        if not found:
            continue
        text = found["text"].rstrip()
        gap, refusal = _NOT_MODELLED.match(text), refusal_in(text)
        if _CHATTER.match(text):
            continue
        if gap:
            not_modelled[gap["where"]] = None
        elif is_own_access(text):
            not_modelled["the core"] = None
        elif refusal:
            refused.append(refusal)
        else:
            seen[text] = seen.get(text, 0) + 1
    if not_modelled:
        seen[f"Renode does not model all registers used of: {', '.join(not_modelled)}"] = 1
    texts = [_told(refused)] if refused else []
    texts += [f"{text} ({times} times)" if times > 1 else text for text, times in seen.items()]
    if len(texts) > MAX_WARNINGS:
        more = len(texts) - MAX_WARNINGS
        texts = [*texts[:MAX_WARNINGS], f"{more} more kinds of warnings in Renode's log"]
    return tuple(texts)


def without_refusals(lines: Iterable[str]) -> list[str]:
    """Return the lines but those of accesses that silicon refuses."""
    found = ((line, _LINE.match(line)) for line in lines)
    return [line for line, match in found if match is None or refusal_in(match["text"]) is None]


def abort_in(lines: Iterable[str]) -> str:
    """Return why the core was aborted, or "" where `lines` do not say."""
    for line in lines:
        found = _ABORT.search(line)
        if found:
            return (
                f"Renode aborted the core at {found['pc']}: {found['why'].rstrip('.')}"
                " (silicon: BusFault IBUSERR, or what its handler makes of it)"
            )
        if _HALTED.search(line):
            return (
                "Renode did not start the core: the vector table does not begin with a "
                "stack pointer and an address of code (silicon: HardFault, then lockup)"
            )
    return ""


def _told(refused: Sequence[Refusal]) -> str:
    first = refused[0]
    access = "write to" if first.is_write else "read of"
    more = f", and {len(refused) - 1:,} more such accesses" if len(refused) > 1 else ""
    return (
        f"{access} 0x{first.address:08x}{more}: nothing is there (Renode goes on; silicon takes a "
        "BusFault)"
    )
