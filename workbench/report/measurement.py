"""The instructions of the calls of a function, or between two points, as text."""

from __future__ import annotations

from workbench.report.cycles import explain, interval
from workbench.runs.measure import MeasureReport
from workbench.text import counted, significant


def measurement_lines(report: MeasureReport, explained: bool) -> list[str]:
    """Return what was counted and how long the first call takes.

    explained: also what its cycles are spent on.
    """
    seen = report.measurement
    calls = counted(len(seen.calls), "call")
    lines = [
        f"{seen.what}: instructions over {calls}, {report.engine} engine",
        f"  minimum {seen.minimum:,}",
        f"  median  {seen.median:,.10g}",
        f"  maximum {seen.maximum:,}",
    ]
    if seen.unfinished:
        lines.append(f"  {seen.unfinished} more begun and not seen to end")
    for latency in report.latencies:
        lines.append(
            f"  first call at {latency.clock_hz / 1e6:g} MHz, modelled: "
            f"{latency.cycles.best:,} cycles, {significant(latency.seconds * 1e3)} ms "
            f"({interval(latency)})"
        )
    if explained and report.latencies:
        lines += ["", *explain(report.latencies[0])]
    return lines
