"""Runs Robot Framework suites over boards and kernel sets, and gathers what came of them."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from workbench.builder import boards
from workbench.builder.plan import KERNEL_SETS
from workbench.dut.suite_results import Job, JobResult, SuiteReport, TestRecord
from workbench.errors import UserError
from workbench.robot.jobs import JobRunner
from workbench.support.resources import resource

DEFAULT_TIMEOUT = 600.0
"""Seconds on the host's clock for one suite on one board."""

_SUFFIX = ".robot"


def own_suites() -> tuple[Path, ...]:
    """Return the suites that ship with the workbench."""
    return tuple(sorted(resource("robot").glob(f"*{_SUFFIX}")))


def plan_jobs(
    suites: Sequence[Path],
    engine: str,
    board_names: Sequence[str],
    kernel_sets: Sequence[str],
    variables: Sequence[str] = (),
) -> tuple[Job, ...]:
    """Return the jobs for `suites`; without any, the workbench's own on all boards and kernels.

    Suites of the user's are run once, unless boards or kernel sets are named.
    """
    for variable in variables:
        if ":" not in variable:
            raise UserError(f"the variable '{variable}' has no value", "write NAME:VALUE")
    if not suites:
        suites = own_suites()
        board_names = board_names or boards()
        kernel_sets = kernel_sets or KERNEL_SETS
    files = [file for suite in suites for file in _files(suite)]
    return tuple(
        Job(file, engine, board, kernels, tuple(variables))
        for board in board_names or ("",)
        for kernels in kernel_sets or ("",)
        for file in files
    )


def run_jobs(
    jobs: Sequence[Job],
    output: Path,
    parallel: int = 1,
    timeout: float = DEFAULT_TIMEOUT,
    on_test: Callable[[TestRecord], None] = lambda _: None,
) -> SuiteReport:
    """Run `jobs`, so many at a time, and write output.xml and log.html to the folder `output`."""
    output.mkdir(parents=True, exist_ok=True)
    runner = JobRunner(output, timeout, on_test)
    with ThreadPoolExecutor(max_workers=parallel) as pool:
        try:
            results = tuple(pool.map(runner.run, jobs))
        except BaseException:
            runner.stop()
            raise
    return SuiteReport(results, _merge(results, output))


def _files(suite: Path) -> list[Path]:
    if suite.is_dir():
        found = sorted(suite.glob(f"*{_SUFFIX}"))
        if found:
            return found
        raise UserError(
            f"{suite} does not contain a *{_SUFFIX} file", "name a suite, or a folder with some"
        )
    if not suite.is_file():
        raise UserError(f"{suite}: no such suite", "name a .robot file, or a folder with some")
    if suite.suffix != _SUFFIX:
        raise UserError(f"{suite} is not a *{_SUFFIX} file", "name a suite, or a folder with some")
    return [suite]


def _merge(results: Sequence[JobResult], output: Path) -> Path | None:
    """Put the results of all jobs into one output.xml and one log.html."""
    from robot.rebot import rebot

    outputs = [result.output for result in results if result.output is not None]
    if not outputs:
        return None
    with contextlib.redirect_stdout(io.StringIO()) as said:
        rebot(
            *map(str, outputs),
            name="Workbench",
            outputdir=str(output),
            output="output.xml",
            log="log.html",
            report="NONE",
            stdout=said,
            stderr=said,
        )
    for file in outputs:
        file.unlink()
    log = output / "log.html"
    return log if log.is_file() else None
