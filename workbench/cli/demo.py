"""`workbench demo`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output, print_json, print_warnings, progress
from workbench.cli.options import ArenaOption, EngineOption, JsonOption, StackOption
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from workbench.benchmark.demo import DemoReport

app = typer.Typer(add_completion=False)


@app.command()
def demo(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="Recordings of your own (.wav, 16 kHz, mono)."),
    ] = None,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where to put index.html.")
    ] = Path("out"),
    arena: ArenaOption = None,
    stack: StackOption = None,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Build the firmware, boot it on every board, classify recordings, show what it cost."""
    from workbench.benchmark.bench import require_oracle_agrees
    from workbench.benchmark.demo import run_demo
    from workbench.cli.choices import build_choices
    from workbench.cli.tables import print_costs
    from workbench.report.html import demo_page
    from workbench.support.files import write_atomically

    with progress("starting") as tell:
        report = run_demo(files or (), engine.value, tell, build_choices(arena, stack))
    page = folder / "index.html"
    write_atomically(page, demo_page(report))
    if json:
        print_json(report)
    else:
        _print_heard(report)
        print_costs(report.bench)
        output().print(f"\npage: {page}", markup=False, soft_wrap=True)
    print_warnings(report.bench.warnings)
    require_oracle_agrees(report.bench)


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
    output().print(table)
    output().print(f"\n{_agreement(report)}\n", markup=False, soft_wrap=True)


def _agreement(report: DemoReport) -> str:
    differ = [heard.recording for heard in report.heard if not heard.agree]
    images = len(report.bench.rows)
    if differ:
        return f"The {images} images do not agree on {', '.join(differ)}; shown is the first."
    return f"All {images} images give the same answers, byte for byte."
