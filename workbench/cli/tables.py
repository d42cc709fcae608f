"""Tables that several commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.console import output
from workbench.text import significant

if TYPE_CHECKING:
    from workbench.cost import BenchReport, InferenceCost


def print_costs(report: BenchReport) -> None:
    """Print one line for each image: instructions, latency, bytes, and the check with the host."""
    from itertools import groupby

    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("board, kernels")
    clocks = [f"{latency.clock_hz / 1e6:g}\nMHz" for latency in report.rows[0].latencies]
    for heading in ("instruc-\ntions", *clocks, "flash", "RAM", "arena", "as\nhost"):
        table.add_column(heading, justify="right")
    for board, rows in groupby(report.rows, lambda row: row.board):
        table.add_row(Text(board, "bold"))
        for row in rows:
            table.add_row(f"  {row.kernels}", *_figures(row))
    console = output()
    console.print(table)
    console.print(
        "One Invoke(): instructions are counted, the median over the inputs; milliseconds\n"
        f"at a clock are {report.rows[0].latencies[0].basis}; silicon takes longer.\n"
        f"Sizes in bytes. {_about_the_host(report)}",
        style="dim",
    )


def _about_the_host(report: BenchReport) -> str:
    if any(row.oracle is None for row in report.rows):
        return "Not compared with the host: tflite_micro is not installed."
    return "As host: outputs byte-equal to those of tflite_micro."


def _figures(row: InferenceCost) -> list[str]:
    sizes = (row.flash_bytes, row.ram_bytes, row.arena_used)
    return [
        f"{row.invoke.median:,.0f}",
        *(significant(latency.seconds * 1e3) for latency in row.latencies),
        *(f"{size:,}" for size in sizes),
        f"{row.oracle.equal_bytes}/{row.oracle.compared}" if row.oracle else "-",
    ]
