"""Modelled cycles as text: how long they take, and what they are spent on."""

from __future__ import annotations

from workbench.text import significant
from workbench.timing.cycles import Cycles
from workbench.timing.latency import Latency

_WIDTH = 46


def interval(latency: Latency) -> str:
    """Return the interval of a latency in milliseconds."""
    low, high = latency.low_seconds, latency.high_seconds
    return f"{significant(low * 1e3)}-{significant(high * 1e3)}"


def explain(latency: Latency) -> list[str]:
    """Return the breakdown of a modelled latency as lines of text, largest share first."""
    total = latency.cycles
    beyond = ", faster than the part runs" if latency.beyond_the_part else ""
    lines = [
        f"modelled cycles at {latency.clock_hz / 1e6:g} MHz "
        f"({latency.wait_states} wait states{beyond})",
        f"  {'':{_WIDTH}} {'best':>13}  {'interval':>27}",
    ]
    for cause, cycles in sorted(latency.spent.items(), key=lambda item: -item[1].best):
        share = cycles.best / total.best if total.best else 0.0
        lines.append(_line(cause, cycles) + f"  {share:6.1%}")
    lines.append(_line("all", total))
    return lines


def _line(what: str, cycles: Cycles) -> str:
    return f"  {what:{_WIDTH}} {cycles.best:>13,}  {cycles.low:>12,} to {cycles.high:>12,}"
