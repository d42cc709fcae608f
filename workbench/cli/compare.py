"""`workbench compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output, print_json
from workbench.cli.options import JsonOption

if TYPE_CHECKING:
    from workbench.benchmark.compare import Comparison

app = typer.Typer(add_completion=False)


@app.command()
def compare(
    base: Annotated[
        Path, typer.Argument(metavar="BASE", help="What `workbench bench --save` wrote before.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="And what it wrote now.")],
    allow: Annotated[
        list[str] | None,
        typer.Option(
            "--allow",
            metavar="FIGURE=PER_CENT",
            help="What instructions, cycles, flash, ram, arena or stack may grow by, else 0; may "
            "be repeated. Goes before [compare] in workbench.toml.",
        ),
    ] = None,
    settings: Annotated[
        Path | None, typer.Option("--settings", metavar="FILE", help="Another workbench.toml.")
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Write a table for a pull request."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Set two saved benches side by side. Exits with 1 where a figure has grown too much.

    Refuses runs that differ in model, inputs, compiler, flags or engine.
    """
    from workbench.benchmark.compare import compare as run_compare
    from workbench.benchmark.compare import load, read_thresholds, require_no_regression
    from workbench.benchmark.compare import markdown as to_markdown
    from workbench.support.files import write_atomically

    thresholds = read_thresholds(allow or (), settings)
    found = run_compare(load(base), load(new), thresholds)
    if markdown is not None:
        write_atomically(markdown, to_markdown(found))
    if json:
        print_json(found)
    else:
        _print(found)
    require_no_regression(found)


def _print(found: Comparison) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1), pad_edge=False)
    table.add_column("image")
    table.add_column("figure")
    for heading in ("base", "new", "change"):
        table.add_column(heading, justify="right")
    for change in found.changes:
        style = "bold red" if change.is_regression else ""
        difference = f"{change.per_cent:+.2f} %" if change.base != change.new else "="
        table.add_row(
            *(Text(cell) for cell in (change.image, change.metric)),
            *(Text(f"{number:,.10g}") for number in (change.base, change.new)),
            Text(difference, style),
        )
    output().print(table)
    for what, images in (("base", found.only_base), ("new", found.only_new)):
        if images:
            output().print(f"only in {what}: {', '.join(images)}", markup=False)
