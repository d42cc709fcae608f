from pathlib import Path
from xml.etree import ElementTree

import pytest

from workbench.dut.suite_results import Job, JobResult, SuiteReport, TestRecord
from workbench.report.junit import junit
from workbench.report.suites import markdown

JOB = Job(Path("boot.robot"), "embedded", "stm32f4_discovery", "reference")


def record(name, passed=True, **changes):
    values = {
        "suite": "boot",
        "name": name,
        "board": JOB.board,
        "kernels": JOB.kernels,
        "engine": "embedded",
        "passed": passed,
        "skipped": False,
        "message": "",
        "seconds": 0.5,
        "broken": "",
        "transcript": "",
        "evidence": "",
    }
    return TestRecord(**{**values, **changes})


def report(*tests, broken=""):
    return SuiteReport((JobResult(JOB, tests, broken, None),), None)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (report(record("a")), 0),
        (report(record("a"), record("b", passed=False)), 1),
        (report(record("a", passed=False, broken="no Renode")), 3),
        (report(record("a"), broken="not done after 600 s"), 3),
        (report(), 3),
    ],
)
def test_a_failed_check_exits_with_1_and_a_broken_set_up_with_3(made, code):
    assert made.exit_code == code


def test_junit_has_the_transcript_as_a_property():
    root = ElementTree.fromstring(junit(report(record("a", transcript="ready\n\x01"))))
    properties = {p.get("name"): p.get("value") for p in root.iter("property")}
    assert properties["transcript"] == "ready\n\\x01"
    assert properties["engine"] == "embedded"


def test_junit_tells_a_failed_check_from_a_broken_set_up():
    failed = record("a", passed=False, message="wrong label", evidence="UART transcript:")
    broken = record("b", passed=False, message="no Renode", broken="no Renode")
    suite = ElementTree.fromstring(junit(report(failed, broken)))[0]
    assert (suite.get("failures"), suite.get("errors")) == ("1", "1")
    assert suite.findtext("testcase/failure") == "UART transcript:"
    assert [error.get("message") for error in suite.iter("error")] == ["no Renode"]


def test_markdown_has_a_row_for_each_place_and_what_failed():
    text = markdown(report(record("a"), record("b", passed=False, message="wrong\nlabel")))
    assert "1 of 2 tests passed, 1 failed" in text
    assert "| boot | stm32f4_discovery | reference | embedded | 1 | 1 | 1.0 |" in text
    assert "**boot: b** (stm32f4_discovery, reference, embedded): wrong label" in text
