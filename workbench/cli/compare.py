"""`workbench compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import print_json
from workbench.cli.options import JsonOption

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
    from workbench.benchmark.compare import read_bench, read_thresholds, require_no_regression
    from workbench.report.comparison import markdown as to_markdown
    from workbench.report.comparison import print_comparison
    from workbench.support.files import write_atomically

    thresholds = read_thresholds(allow or (), settings)
    found = run_compare(read_bench(base), read_bench(new), thresholds)
    if markdown is not None:
        write_atomically(markdown, to_markdown(found))
    if json:
        print_json(found)
    else:
        print_comparison(found)
    require_no_regression(found)
