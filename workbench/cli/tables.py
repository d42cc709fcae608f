"""Tables that several commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cli.console import output

if TYPE_CHECKING:
    from workbench.cost import BenchReport


def print_costs(report: BenchReport) -> None:
    """Print one line for each image: instructions, latency, bytes, and the check with the host."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("board")
    table.add_column("kernels")
    clocks = [f"{latency.clock_hz / 1e6:g} MHz" for latency in report.rows[0].latencies]
    for heading in ("instructions", *clocks, "flash", "RAM", "arena", "as host"):
        table.add_column(heading, justify="right")
    for row in report.rows:
        table.add_row(
            row.board,
            row.kernels,
            f"{row.invoke.median:,.0f}",
            *(f"{latency.seconds * 1e3:#.3g} ms" for latency in row.latencies),
            *(f"{size:,}" for size in (row.flash_bytes, row.ram_bytes, row.arena_used)),
            f"{row.oracle.equal_bytes}/{row.oracle.compared}" if row.oracle else "-",
        )
    console = output()
    console.print(table)
    basis = report.rows[0].latencies[0].basis
    console.print(
        f"instructions of one Invoke(), counted (median); latency {basis}; sizes in bytes;\n"
        "as host: outputs byte-equal to tflite_micro",
        style="dim",
    )
