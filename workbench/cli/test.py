"""`workbench test`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output as console_output
from workbench.cli.console import print_json
from workbench.cli.options import KERNELS, EngineOption, JsonOption, KernelSet, TrustOption
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from workbench.robot.jobs import TestRecord
    from workbench.robot.suites import SuiteReport

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
        list[KernelSet] | None,
        typer.Option(
            "--kernels",
            "-k",
            metavar=KERNELS,
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
    from workbench.robot import summary
    from workbench.robot.suites import plan_jobs, run_jobs
    from workbench.support.files import write_atomically

    sets = [one.value for one in kernels or ()]
    jobs = plan_jobs(suites or (), engine.value, board or (), sets, variable or ())
    report = run_jobs(jobs, output, parallel, timeout, (lambda _: None) if json else _Show())
    if junit is not None:
        write_atomically(junit, summary.junit(report))
    if markdown is not None:
        write_atomically(markdown, summary.markdown(report))
    if json:
        print_json({"tests": report.tests, "broken": report.broken, "log": report.log})
    else:
        _close(report)
    if report.exit_code:
        raise typer.Exit(report.exit_code)


class _Show:
    """Prints each test as it ends, and each warning of an engine with the first that has it."""

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def __call__(self, record: TestRecord) -> None:
        verdict, style = ("PASS", "green") if record.passed else ("FAIL", "bold red")
        if record.skipped:
            verdict, style = "SKIP", "yellow"
        console = console_output()
        where = ", ".join(word for word in (record.board, record.kernels, record.engine) if word)
        console.print(f"{verdict}  ", style=style, end="")
        line = f"{record.suite}: {record.name} ({where}) {record.seconds:.1f} s"
        console.print(line, markup=False, soft_wrap=True)
        more = [] if record.passed else record.message.splitlines()
        more += [f"warning: {text}" for text in record.warnings if text not in self._warned]
        self._warned.update(record.warnings)
        for said in more:
            console.print(f"      {said}", markup=False, soft_wrap=True)
        sys.stdout.flush()  # a CI log is read while it is written


def _close(report: SuiteReport) -> None:
    console = console_output()
    for said in report.broken:
        console.print(f"broken: {said}", style="bold red", markup=False, soft_wrap=True)
    passed = sum(test.passed for test in report.tests)
    skipped = sum(test.skipped for test in report.tests)
    counts = f"{passed} passed, {len(report.failed)} failed" + (
        f", {skipped} skipped" if skipped else ""
    )
    console.print(counts + (f"; log: {report.log}" if report.log else ""), soft_wrap=True)
