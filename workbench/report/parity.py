"""What both engines show alike, as text."""

from __future__ import annotations

from workbench.report.terminal import terminal
from workbench.runs.parity import ParityReport


def print_parity(report: ParityReport) -> None:
    """Print everything that was compared, a line each."""
    console = terminal()
    for step in report.compared:
        value = " / ".join(step.value.splitlines())
        console.print(f"same  {step.what}: {value}", markup=False, soft_wrap=True)
    what = f"{' and '.join(report.engines)} show the same: {len(report.compared)} comparisons"
    console.print(what, style="green", soft_wrap=True)
