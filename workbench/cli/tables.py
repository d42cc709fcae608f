"""Tables that several commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.console import output
from workbench.text import significant

if TYPE_CHECKING:
    from workbench.cost import BenchReport, InferenceCost, Latency


def print_costs(report: BenchReport) -> None:
    """Print one line for each image: instructions, latency, bytes, and the check with the host."""
    from itertools import groupby

    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("board, kernels")
    clocks = [f"ms at\n{latency.clock_hz / 1e6:g} MHz" for latency in report.rows[0].latencies]
    for heading in ("instruc-\ntions", *clocks, "flash", "RAM", "arena", "as\nhost"):
        table.add_column(heading, justify="right")
    for board, rows in groupby(report.rows, lambda row: row.board):
        table.add_row(Text(board, "bold"))
        for row in rows:
            table.add_row(f"  {row.kernels}", *_figures(row))
    console = output()
    console.print(table)
    console.print(
        "One Invoke(): instructions are counted, the median over the inputs; milliseconds are\n"
        "modelled, with the interval that the model leaves (Cortex-M4 timing, flash wait states\n"
        f"and caches); * is faster than the part runs. Sizes in bytes. {_about_the_host(report)}",
        style="dim",
    )


def milliseconds(latency: Latency) -> str:
    """Return a latency, and below it its interval where it has one."""
    best = significant(latency.seconds * 1e3) + ("*" if latency.beyond_the_part else "")
    if latency.low_seconds is None or latency.high_seconds is None:
        return best
    low, high = (significant(s * 1e3) for s in (latency.low_seconds, latency.high_seconds))
    return f"{best}\n{low}-{high}"


def _about_the_host(report: BenchReport) -> str:
    if any(row.oracle is None for row in report.rows):
        return "Not compared with the host: tflite_micro is not installed."
    return "As host: outputs byte-equal to those of tflite_micro."


def _figures(row: InferenceCost) -> list[str]:
    sizes = (row.flash_bytes, row.ram_bytes, row.arena_used)
    return [
        f"{row.invoke.median:,.0f}",
        *(milliseconds(latency) for latency in row.latencies),
        *(f"{size:,}" for size in sizes),
        f"{row.oracle.equal_bytes}/{row.oracle.compared}" if row.oracle else "-",
    ]


def print_explanations(report: BenchReport) -> None:
    """Print what the cycles of each image are spent on, at its slowest and its fastest clock."""
    from workbench.timing.explain import explain

    for row in report.rows:
        output().print(f"\n{row.board}, {row.kernels}", style="bold")
        ends = row.latencies[:1] + row.latencies[1:][-1:]
        for latency in ends:
            for line in explain(latency):
                output().print(line, markup=False, highlight=False, soft_wrap=True)
