"""A report of suites as JUnit XML, for CI servers, and as Markdown, for a step summary."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree

from workbench.robot.jobs import JobResult, TestRecord
from workbench.robot.suites import SuiteReport

_LONGEST_MESSAGE = 300  # characters in a table
_PROPERTIES = ("engine", "board", "kernels", "transcript")


def junit(report: SuiteReport) -> str:
    """Return the report as JUnit XML; each test has its UART transcript as a property."""
    root = ElementTree.Element("testsuites", name="workbench")
    for result in report.jobs:
        root.append(_suite(result))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(result: JobResult) -> ElementTree.Element:
    tests = result.tests
    broken = sum(_is_error(test) for test in tests) + bool(result.broken)
    suite = ElementTree.Element(
        "testsuite",
        name=result.job.title,
        tests=str(len(tests)),
        failures=str(sum(_failed(test) and not _is_error(test) for test in tests)),
        errors=str(broken),
        skipped=str(sum(test.skipped for test in tests)),
        time=f"{sum(test.seconds for test in tests):.3f}",
    )
    for test in tests:
        suite.append(_case(test, result.job.title))
    if result.broken:
        ElementTree.SubElement(suite, "system-err").text = _xml(result.broken)
    return suite


def _case(test: TestRecord, title: str) -> ElementTree.Element:
    case = ElementTree.Element(
        "testcase", name=test.name, classname=title, time=f"{test.seconds:.3f}"
    )
    properties = ElementTree.SubElement(case, "properties")
    for name in _PROPERTIES:
        ElementTree.SubElement(properties, "property", name=name, value=_xml(getattr(test, name)))
    if test.skipped:
        ElementTree.SubElement(case, "skipped", message=_xml(test.message))
    elif not test.passed:
        kind = "error" if _is_error(test) else "failure"
        failure = ElementTree.SubElement(case, kind, message=_xml(test.message))
        failure.text = _xml(test.evidence)
    return case


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
        bad = sum(map(_failed, tests))
        good = sum(test.passed for test in tests)
        lines.append(f"| {' | '.join(place)} | {good} | {bad or ''} | {seconds:.1f} |")
    if report.broken:
        lines += ["", "### The set-up is broken", "", *_bullets(report.broken)]
    if report.failed:
        lines += ["", "### Failed", ""]
        for test in report.failed:
            where = ", ".join(word for word in (test.board, test.kernels, test.engine) if word)
            lines += [f"- **{test.suite}: {test.name}** ({where}): {_short(test.message)}"]
    return "\n".join(lines) + "\n"


def _place(test: TestRecord) -> tuple[str, str, str, str]:
    return (test.suite, test.board, test.kernels, test.engine)


def _failed(test: TestRecord) -> bool:
    return not (test.passed or test.skipped)


def _is_error(test: TestRecord) -> bool:
    return bool(test.broken) and not test.passed


def _bullets(texts: Sequence[str]) -> list[str]:
    return [f"- {_short(text)}" for text in texts]


def _short(text: str) -> str:
    first = " ".join(text.split())
    return first if len(first) <= _LONGEST_MESSAGE else first[: _LONGEST_MESSAGE - 3] + "..."


def _xml(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return "".join(c if c >= " " or c in "\t\n\r" else f"\\x{ord(c):02x}" for c in text)
