"""`workbench test`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import end_with, print_json
from workbench.cli.options import (
    KERNELS,
    EngineOption,
    JsonOption,
    TrustOption,
    UartPacingOption,
    kernel_set,
)
from workbench.engines import EngineChoice

app = typer.Typer(add_completion=False)


@app.command()
def test(
    suites: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SUITE", help="Robot Framework suites or folders; else the workbench's own."
        ),
    ] = None,
    engine: EngineOption = EngineChoice.AUTO,
    board: Annotated[
        list[str] | None,
        typer.Option(
            "--board", "-b", metavar="NAME", help="Sets ${BOARD} for a run; may be repeated."
        ),
    ] = None,
    kernels: Annotated[
        list[str] | None,
        typer.Option(
            "--kernels",
            "-k",
            metavar=KERNELS,
            parser=kernel_set,
            help="Sets ${KERNELS} for a run; may be repeated.",
        ),
    ] = None,
    variable: Annotated[
        list[str] | None,
        typer.Option(
            "--variable",
            "-v",
            metavar="NAME:VALUE",
            help="Sets a variable of the suites; may be repeated.",
        ),
    ] = None,
    uart_pacing: UartPacingOption = None,
    trust_scripts: TrustOption = False,
    parallel: Annotated[
        int, typer.Option("--parallel", "-j", metavar="N", help="Suites at a time.", min=1)
    ] = 1,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", metavar="SECONDS", help="For one suite, then it is killed.", min=1
        ),
    ] = 600.0,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FOLDER", help="For log.html, output.xml and snapshots."
        ),
    ] = Path("out", "test"),
    junit: Annotated[
        Path | None, typer.Option("--junit", metavar="FILE", help="Write JUnit XML.")
    ] = None,
    markdown: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Write a summary for a pull request."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Run Robot Framework suites on emulated boards: a line a test, log.html, JUnit, Markdown.

    Exits with 1 where a check failed, with 3 where the set-up is broken.
    """
    from workbench.report.junit import junit as to_junit
    from workbench.report.suites import TestPrinter, print_totals
    from workbench.report.suites import markdown as to_markdown
    from workbench.robot.suites import plan_jobs, run_jobs
    from workbench.support.files import write_atomically

    variables = [*(variable or ()), *([f"UART_PACING:{uart_pacing}"] if uart_pacing else [])]
    jobs = plan_jobs(suites or (), engine.value, board or (), kernels or (), variables)
    on_test = (lambda _: None) if json else TestPrinter()
    report = run_jobs(jobs, output, parallel, timeout, on_test)
    if junit is not None:
        write_atomically(junit, to_junit(report))
    if markdown is not None:
        write_atomically(markdown, to_markdown(report))
    if json:
        print_json({"tests": report.tests, "broken": report.broken, "log": report.log})
    else:
        print_totals(report)
    end_with(report.exit_code)
