"""How suites ended: a line a test while they run, and Markdown for a step summary."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from workbench.dut.suite_results import SuiteReport, TestRecord
from workbench.report.terminal import print_lines, terminal

_LONGEST_MESSAGE = 300  # characters in a table


class TestPrinter:
    """Prints each test as it ends, and each warning of an engine with the first that has it."""

    __test__ = False  # pytest is not to collect it

    def __init__(self) -> None:
        self._warned: set[str] = set()

    def __call__(self, record: TestRecord) -> None:
        """Print one test: its verdict and place, why it failed, warnings that are new."""
        verdict, style = ("PASS", "green") if record.passed else ("FAIL", "bold red")
        if record.skipped:
            verdict, style = "SKIP", "yellow"
        console = terminal()
        console.print(f"{verdict}  ", style=style, end="")
        line = f"{record.suite}: {record.name} ({_where(record)}) {record.seconds:.1f} s"
        console.print(line, markup=False, soft_wrap=True)
        more = [] if record.passed else record.message.splitlines()
        more += [f"warning: {text}" for text in record.warnings if text not in self._warned]
        self._warned.update(record.warnings)
        print_lines(f"      {said}" for said in more)


def print_totals(report: SuiteReport) -> None:
    """Print what was broken, how many tests passed, failed or were skipped, and the log's path."""
    console = terminal()
    for said in report.broken:
        console.print(f"broken: {said}", style="bold red", markup=False, soft_wrap=True)
    passed = sum(test.passed for test in report.tests)
    skipped = sum(test.skipped for test in report.tests)
    counts = f"{passed} passed, {len(report.failed)} failed" + (
        f", {skipped} skipped" if skipped else ""
    )
    console.print(counts + (f"; log: {report.log}" if report.log else ""), soft_wrap=True)


def markdown(report: SuiteReport) -> str:
    """Return the report as Markdown: a row for each suite and place, then what failed and why."""
    failed = len(report.failed)
    passed = sum(test.passed for test in report.tests)
    lines = [
        f"## Workbench: {passed} of {len(report.tests)} tests passed"
        + (f", {failed} failed" if failed else ""),
        "",
        "| suite | board | kernels | engine | passed | failed | seconds |",
        "|---|---|---|---|--:|--:|--:|",
    ]
    for place, group in groupby(report.tests, _place):
        tests = list(group)
        seconds = sum(test.seconds for test in tests)
        bad = sum(test.failed for test in tests)
        good = sum(test.passed for test in tests)
        lines.append(f"| {' | '.join(place)} | {good} | {bad or ''} | {seconds:.1f} |")
    if report.broken:
        lines += ["", "### The set-up is broken", "", *_bullets(report.broken)]
    if report.failed:
        lines += ["", "### Failed", ""]
        for test in report.failed:
            lines += [f"- **{test.suite}: {test.name}** ({_where(test)}): {_short(test.message)}"]
    return "\n".join(lines) + "\n"


def _place(test: TestRecord) -> tuple[str, str, str, str]:
    return (test.suite, test.board, test.kernels, test.engine)


def _bullets(texts: Sequence[str]) -> list[str]:
    return [f"- {_short(text)}" for text in texts]


def _short(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= _LONGEST_MESSAGE else first[: _LONGEST_MESSAGE - 3] + "..."


def _where(test: TestRecord) -> str:
    return ", ".join(word for word in (test.board, test.kernels, test.engine) if word)
