"""`workbench repl`: check platform descriptions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import end_with, print_json
from workbench.cli.options import JsonOption

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Check Renode platform descriptions (.repl)."
)


@app.callback()
def repl() -> None:
    """Check Renode platform descriptions (.repl)."""


@app.command(short_help="Say which .repl files can be read, and what is wrong with others.")
def check(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH", help="Files, or folders that are searched.")
    ],
    search: Annotated[
        list[Path] | None,
        typer.Option(
            "--search",
            metavar="FOLDER",
            help="Where `using` looks first, as in Renode's own folder; may be repeated.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude", metavar="END", help="Leave out names that end so; may be repeated."
        ),
    ] = None,
    additions: Annotated[
        bool,
        typer.Option("--additions", help="Accept files that add to a platform which is not given."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Read .repl files and say which can be read, and where the others have their errors.

    Exits with 1 unless all can be read.
    """
    from workbench.repl.check import check_files
    from workbench.report.repl import check_lines

    result = check_files(paths, search=search or (), exclude=exclude or ())
    if json:
        print_json(result)
    else:
        for line in check_lines(result, additions):
            typer.echo(line)
    end_with(result.exit_code(additions))
