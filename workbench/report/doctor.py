"""What is installed and what is missing, as text."""

from __future__ import annotations

from workbench.doctor import Report
from workbench.report.terminal import terminal

_STYLES = {
    "ok": "green",
    "missing": "bold red",
    "optional": "yellow",
    "broken": "bold red",
    "unusable": "bold yellow",
}


def print_findings(report: Report) -> None:
    """Print each part with its state, and below it what to do where it is not here."""
    from rich.text import Text

    console = terminal()
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
