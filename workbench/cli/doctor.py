"""`workbench doctor`."""

from __future__ import annotations

import typer

from workbench.cli.console import end_with, print_json
from workbench.cli.options import JsonOption

app = typer.Typer(add_completion=False)


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Say what is installed, what is missing and how to get it.

    Exits with 2 where something that `workbench demo` needs is missing.
    """
    from workbench.doctor import examine
    from workbench.report.doctor import print_findings

    report = examine()
    if json:
        print_json(report)
    else:
        print_findings(report)
    end_with(report.exit_code)
