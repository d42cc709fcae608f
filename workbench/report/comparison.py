"""Two benches side by side: a table for a terminal, Markdown for a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.benchmark.compare import Change, Comparison
from workbench.report.terminal import terminal


def print_comparison(found: Comparison) -> None:
    """Print a line a figure; what has grown too much is bold."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("image")
    table.add_column("figure")
    for heading in ("base", "new", "change"):
        table.add_column(heading, justify="right")
    for change in found.changes:
        style = "bold red" if change.is_regression else ""
        table.add_row(
            *(Text(cell) for cell in (change.image, change.metric)),
            *(Text(f"{number:,.10g}") for number in (change.base, change.new)),
            Text(_difference(change), style),
        )
    terminal().print(table)
    for what, images in _images_of_one(found):
        terminal().print(f"only in {what}: {', '.join(images)}", markup=False)


def markdown(comparison: Comparison) -> str:
    """Return the comparison for a pull request."""
    found = comparison.regressions
    lines = [
        f"**Regressions: {len(found)}**" if found else "No regressions",
        "",
        "| image | figure | base | new | change | |",
        "|---|---|---:|---:|---:|---|",
    ]
    for change in comparison.changes:
        mark = f"above {change.allowed:g} %" if change.is_regression else ""
        lines.append(
            f"| {change.image} | {change.metric} | {change.base:,.10g} | {change.new:,.10g} "
            f"| {_difference(change)} | {mark} |"
        )
    lines += [
        f"\nOnly in {what}: {', '.join(images)}" for what, images in _images_of_one(comparison)
    ]
    return "\n".join(lines) + "\n"


def _difference(change: Change) -> str:
    return f"{change.per_cent:+.2f} %" if change.base != change.new else "="


def _images_of_one(comparison: Comparison) -> Iterator[tuple[str, Sequence[str]]]:
    """Which of the files has images that the other lacks, and these images."""
    if comparison.only_base:
        yield "base", comparison.only_base
    if comparison.only_new:
        yield "new", comparison.only_new
