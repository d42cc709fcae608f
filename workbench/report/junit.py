"""How suites ended as JUnit XML, which CI servers read."""

from __future__ import annotations

from xml.etree import ElementTree

from workbench.dut.suite_results import JobResult, SuiteReport, TestRecord

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
    broken = sum(test.is_error for test in tests) + bool(result.broken)
    suite = ElementTree.Element(
        "testsuite",
        name=result.job.title,
        tests=str(len(tests)),
        failures=str(sum(test.failed and not test.is_error for test in tests)),
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
        kind = "error" if test.is_error else "failure"
        failure = ElementTree.SubElement(case, kind, message=_xml(test.message))
        failure.text = _xml(test.evidence)
    return case


def _xml(text: str) -> str:
    """Leave out what XML 1.0 cannot hold."""
    return "".join(c if c >= " " or c in "\t\n\r" else f"\\x{ord(c):02x}" for c in text)
