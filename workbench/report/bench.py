"""What one inference costs on each image, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from workbench.benchmark.cost import TFLITE_MICRO
from workbench.report.cycles import explain, interval
from workbench.report.terminal import print_lines, terminal
from workbench.text import significant

if TYPE_CHECKING:
    from rich.table import Table

    from workbench.benchmark.cost import BenchReport, InferenceCost, Misfit
    from workbench.builder.footprint import Share
    from workbench.timing.latency import Latency

_T = TypeVar("_T")

_PROSE_WIDTH = 80
_COUNTED = ("instructions", "flash", "RAM", "arena", "stack", "as host")


def print_bench(report: BenchReport) -> None:
    """Print what was measured on, then `print_costs`."""
    terminal().print(f"{report.model.name}, {report.inputs}, {report.engine} engine\n")
    print_costs(report)


def print_costs(report: BenchReport) -> None:
    """Print what each image costs, in the widest of the layouts that the terminal has room for."""
    if not report.rows:
        _print_misfits(report)
        return
    room = terminal(at_least=0).width
    for layout in (_wide, _by_board, _narrow):
        tables = layout(report)
        width = max(_width(table) for table in tables)
        if width <= room:
            break
    for table in (*tables, *_memory(report, tight=layout is _narrow)):
        terminal(at_least=width).print(table)
        terminal().print()
    _print_peaks(report)
    _print_misfits(report)
    _print_prose(
        "Counted: one Invoke(), the median over the inputs; sizes in bytes, flash holds the model. "
        "Modelled: milliseconds of it, from the core's timing with flash wait states and caches, "
        "with the interval that the model leaves; * is faster than the part runs. "
        + _about_the_host(report)
    )


def _memory(report: BenchReport, *, tight: bool) -> Iterable[Table]:
    """Who takes the flash, and who the RAM, of each part."""
    used = [row for row in report.rows if row.memory is not None]
    for name, own, of in (("flash", "model", "flash"), ("RAM", "arena", "ram")):
        shares: list[Share] = [getattr(row.memory, of) for row in used]
        if not shares:
            return
        table = _table(f"{name} of", tight=tight)
        _add_numbers(table, (own, "runtime", "harness", *_stack(name, "stack"), "all", "%"))
        figures = [
            (share.model, share.runtime, share.harness, *_stack(name, share.stack), share.total)
            for share in shares
        ]
        cells = [
            [*(f"{size:,}" for size in row), _per_cent(share)]
            for row, share in zip(figures, shares, strict=True)
        ]
        _add_rows(table, used, cells)
        yield table


def _stack(name: str, value: _T) -> tuple[_T, ...]:
    return (value,) if name == "RAM" else ()


def _per_cent(share: Share) -> str:
    return "-" if share.per_cent is None else f"{share.per_cent:.1f}"


def _print_peaks(report: BenchReport) -> None:
    """Say which operator the arena is as large as it is for; images mostly agree."""
    peaks = [row.memory.peak for row in report.rows if row.memory and row.memory.peak]
    for operator, name in dict.fromkeys((peak.operator, peak.name) for peak in peaks):
        most = max(peak.bytes for peak in peaks if peak.operator == operator)
        _print_prose(f"The activations are largest at operator {operator}, {name}: {most:,} bytes.")
    if peaks:
        terminal().print()


def _print_misfits(report: BenchReport) -> None:
    for misfit in report.misfits:
        said = f"{misfit.board}, {misfit.kernels}: does not fit, by {misfit.need.shortage}."
        terminal().print(said, style="bold", markup=False, highlight=False, soft_wrap=True)
        _print_prose(f"What would help: {misfit.hint}.")
        terminal().print()


def _print_prose(text: str) -> None:
    """Print a paragraph in lines that are not too long to read."""
    console = terminal(at_least=0)
    console.print(text, style="dim", width=min(console.width, _PROSE_WIDTH))


def _wide(report: BenchReport) -> tuple[Table, ...]:
    """One line an image."""
    table = _table("board", "kernels")
    _add_numbers(table, _COUNTED)
    _add_latencies(table, report)
    for row, latencies in zip(report.rows, _latencies(report, " "), strict=True):
        table.add_row(row.board, row.kernels, *_counted(row), *latencies)
    for misfit in report.misfits:
        table.add_row(misfit.board, misfit.kernels, *_needed(misfit))
    return (table,)


def _by_board(report: BenchReport) -> tuple[Table, ...]:
    """What is counted above what is modelled."""
    counted, modelled = _table("counted"), _table("modelled")
    _add_numbers(counted, _COUNTED)
    _add_latencies(modelled, report)
    _add_rows(counted, report.rows, [_counted(row) for row in report.rows])
    _add_rows(counted, report.misfits, [_needed(misfit) for misfit in report.misfits])
    _add_rows(modelled, report.rows, _latencies(report, " "))
    return counted, modelled


def _narrow(report: BenchReport) -> tuple[Table, ...]:
    """The same with broken headings, and with intervals below their latencies."""
    counted, modelled = _table("counted", tight=True), _table("modelled", tight=True)
    _add_numbers(counted, ("instruc-\ntions", *_COUNTED[1:-1], "as\nhost"))
    _add_latencies(modelled, report)
    _add_rows(counted, report.rows, [_counted(row) for row in report.rows])
    _add_rows(counted, report.misfits, [_needed(misfit) for misfit in report.misfits])
    _add_rows(modelled, report.rows, _latencies(report, "\n"))
    return counted, modelled


def _table(*names: str, tight: bool = False) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, collapse_padding=tight)
    for name in names:
        table.add_column(name, no_wrap=True)
    return table


def _add_numbers(table: Table, headings: Iterable[str]) -> None:
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)


def _add_latencies(table: Table, report: BenchReport) -> None:
    for latency in report.rows[0].latencies:
        table.add_column(f"ms at {latency.clock_hz / 1e6:g} MHz", no_wrap=True)


def _add_rows(
    table: Table, images: Sequence[InferenceCost | Misfit], figures: Sequence[Sequence[str]]
) -> None:
    from rich.text import Text

    of_images = iter(figures)
    for board, rows in groupby(images, lambda image: image.board):
        table.add_row(Text(board, "bold"))
        for row in rows:
            table.add_row(f"  {row.kernels}", *next(of_images))


def _counted(row: InferenceCost) -> list[str]:
    sizes = (row.flash_bytes, row.ram_bytes, row.arena_used, row.stack_peak)
    return [
        f"{row.invoke.median:,.0f}",
        *("-" if size is None else f"{size:,}" for size in sizes),
        f"{row.oracle.equal_bytes}/{row.oracle.compared}" if row.oracle else "-",
    ]


def _needed(misfit: Misfit) -> list[str]:
    need = misfit.need
    return ["does not fit", f"{need.flash:,}", f"{need.ram:,}", f"{need.arena:,}", "-", "-"]


def _latencies(report: BenchReport, between: str) -> list[list[str]]:
    """The latencies of each image, each with its interval, aligned with those of the others."""
    shown = [[(_best(one), interval(one)) for one in row.latencies] for row in report.rows]
    best, span = (max(len(cell[part]) for row in shown for cell in row) for part in (0, 1))
    return [[f"{one[0]:>{best}}{between}{one[1]:<{span}}" for one in row] for row in shown]


def _best(latency: Latency) -> str:
    """A column of these stays aligned: what has no star has a blank."""
    return significant(latency.seconds * 1e3) + ("*" if latency.beyond_the_part else " ")


def _width(table: Table) -> int:
    """Columns that the table needs to be whole, however many the terminal has."""
    endless = terminal(at_least=10_000)
    return endless.measure(table).maximum


def _about_the_host(report: BenchReport) -> str:
    if any(row.oracle is None for row in report.rows):
        missing = "" if report.oracle != TFLITE_MICRO else " is not installed"
        return f"Not compared with the host: {report.oracle}{missing}."
    return f"As host: outputs byte-equal to those of {report.oracle}."


def print_explanations(report: BenchReport) -> None:
    """Print what the cycles of each image are spent on, at its slowest and its fastest clock."""
    for row in report.rows:
        terminal().print(f"\n{row.board}, {row.kernels}", style="bold")
        for latency in row.latencies[:1] + row.latencies[1:][-1:]:
            print_lines(explain(latency))
