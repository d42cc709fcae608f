"""`workbench doctor`."""

from __future__ import annotations

import typer

from workbench.cli.console import output, print_json
from workbench.cli.options import JsonOption

app = typer.Typer(add_completion=False)

_STYLES = {
    "ok": "green",
    "missing": "bold red",
    "optional": "yellow",
    "broken": "bold red",
    "unusable": "bold yellow",
}


@app.command()
def doctor(json: JsonOption = False) -> None:
    """Say what is installed, what is missing and how to get it.

    Exits with 2 where something that `workbench demo` needs is missing.
    """
    from rich.text import Text

    from workbench.doctor import examine

    report = examine()
    if json:
        print_json(report)
    else:
        console = output()
        width = max(len(finding.part) for finding in report.findings)
        for finding in report.findings:
            state = finding.state.value
            line = Text(f"{state:<9}", _STYLES[state])
            line.append(f"{finding.part:<{width}}  ", "default")
            line.append(finding.found or f"not here; needed for: {finding.needed_for}", "default")
            console.print(line, soft_wrap=True)
            if finding.remedy:
                console.print(f"{'':<9}-> {finding.remedy}", markup=False, soft_wrap=True)
        console.print("ready" if report.ready else "not ready", style="bold")
    if not report.ready:
        raise typer.Exit(2)
