"""The demo for a terminal: what the boards heard, whether they agree, what it cost."""

from __future__ import annotations

from workbench.benchmark.demo import DemoReport
from workbench.report.bench import print_costs
from workbench.report.terminal import print_lines, terminal


def print_demo(report: DemoReport) -> None:
    """Print the answers to all recordings, then the costs of all images."""
    _print_heard(report)
    print_costs(report.bench)


def _print_heard(report: DemoReport) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    labels = list(report.heard[0].answers[0].scores)
    for heading in ("recording", "said", "answer"):
        table.add_column(heading, overflow="fold")
    for label in labels:
        table.add_column(label, justify="right")
    for heard in report.heard:
        answer = heard.answers[0]
        colour = "" if heard.expected is None else "green"
        if heard.expected not in (None, answer.label):
            colour = "red"
        table.add_row(
            Text(heard.recording),
            heard.expected or "",
            Text(answer.label, colour),
            *(f"{answer.scores[label]:.2f}" for label in labels),
        )
    terminal().print(table)
    print_lines((f"\n{_agreement(report)}\n",))


def _agreement(report: DemoReport) -> str:
    differ = [heard.recording for heard in report.heard if not heard.agree]
    images = len(report.bench.rows)
    if differ:
        return f"The {images} images do not agree on {', '.join(differ)}; shown is the first."
    return f"All {images} images give the same answers, byte for byte."
