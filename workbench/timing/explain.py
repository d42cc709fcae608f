"""What the cycles of an estimate are spent on, in words."""

from __future__ import annotations

from workbench.timing.cycles import Cycles
from workbench.timing.model import Estimate

_WIDTH = 46


def explain(estimate: Estimate) -> list[str]:
    """Return the breakdown of an estimate as lines of text, largest share first."""
    total = estimate.cycles
    beyond = ", faster than the part runs" if estimate.beyond_the_part else ""
    lines = [
        f"modelled cycles at {estimate.clock_hz / 1e6:g} MHz "
        f"({estimate.wait_states} wait states{beyond})",
        f"  {'':{_WIDTH}} {'best':>13}  {'interval':>27}",
    ]
    for cause, cycles in sorted(estimate.by_cause.items(), key=lambda item: -item[1].best):
        share = cycles.best / total.best if total.best else 0.0
        lines.append(_line(cause.value, cycles) + f"  {share:6.1%}")
    lines.append(_line("all", total))
    return lines


def _line(what: str, cycles: Cycles) -> str:
    return f"  {what:{_WIDTH}} {cycles.best:>13,}  {cycles.low:>12,} to {cycles.high:>12,}"
