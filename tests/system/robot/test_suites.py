"""`workbench test` as a user calls it: our suites, suites that fail, set-ups that are broken."""

import json
from xml.etree import ElementTree

import pytest

from tests import needs
from workbench.cli.app import run
from workbench.runs.snapshots import read_snapshot

BOARDS = ["stm32f4_discovery", "nrf52840_dk"]


@pytest.mark.parametrize("board", BOARDS)
def test_our_suites_pass_on_the_embedded_engine(board, tmp_path, capsys):
    pytest.importorskip("tflite_micro", reason="the host oracle is not installed")
    arguments = ["test", "--engine", "embedded", "--board", board, "--kernels", "cmsis_nn"]
    code = run([*arguments, "--output", str(tmp_path), "--json"])
    tests = json.loads(capsys.readouterr().out)["tests"]
    assert code == 0, [test["message"] for test in tests if not test["passed"]]
    assert {test["suite"] for test in tests} == {
        "boot",
        "classification",
        "latency",
        "memory",
        "robustness",
    }


@pytest.mark.slow
@pytest.mark.renode
@pytest.mark.parametrize("board", BOARDS)
def test_our_suites_pass_on_renode(board, tmp_path, capsys):
    pytest.importorskip("tflite_micro", reason="the host oracle is not installed")
    needs.renode()
    arguments = ["test", "--engine", "renode", "--board", board, "--kernels", "cmsis_nn"]
    code = run([*arguments, "--output", str(tmp_path), "--json", "--parallel", "2"])
    tests = json.loads(capsys.readouterr().out)["tests"]
    assert code == 0, [test["message"] for test in tests if not test["passed"]]
    assert {test["engine"] for test in tests} == {"renode"}


FAILING = """
*** Test Cases ***
Wrong Label
    Boot The Board
    Inject Features    ${RECORDINGS}/yes_en-gb.wav
    Label Should Be    no

Right Label
    Boot The Board
    Inject Features    ${RECORDINGS}/yes_en-gb.wav
    Label Should Be    yes
"""


class TestFailure:
    def test_a_failed_check_exits_with_1_and_leaves_its_evidence(self, run_suite):
        code, report, folder = run_suite(FAILING)
        failed, passed = report["tests"]
        assert code == 1
        assert passed["passed"] and not failed["passed"]
        assert "'yes', not 'no'" in failed["message"]
        for part in ("UART transcript:", "ready", "Last instructions:", "Snapshot:"):
            assert part in failed["evidence"]
        assert "Last instructions:" in (folder / "output.xml").read_text()
        (snapshot,) = folder.glob("*.snapshot")
        assert read_snapshot(snapshot).engine == "embedded"

    def test_a_fail_pattern_ends_the_wait(self, run_suite):
        code, report, _ = run_suite(
            "*** Test Cases ***\n"
            "Banner\n"
            "    Put Firmware On The Board\n"
            "    Wait For Line On UART    nonsense    limit=10Ginstr\n",
            "--variable",
            "FAIL_PATTERN:bytes of arena",
        )
        assert code == 1
        assert "must not come" in report["tests"][0]["message"]

    def test_a_crash_is_told_with_its_fault(self, run_suite):
        code, report, _ = run_suite(
            "*** Test Cases ***\n"
            "Crash\n"
            "    Put Firmware On The Board\n"
            "    Break Function    main\n"
            "    Wait For Line On UART    ready\n"
        )
        (test,) = report["tests"]
        assert code == 1
        assert "UNDEFINSTR" in test["message"]
        assert "Fault: UsageFault" in test["evidence"]
        assert "udf #0" in test["evidence"]

    def test_an_expected_failure_leaves_nothing(self, run_suite):
        code, report, folder = run_suite(
            "*** Test Cases ***\n"
            "Expected\n"
            "    Boot The Board\n"
            "    Run Keyword And Expect Error    *not*    Label Should Be    yes\n"
        )
        assert code == 0
        assert not report["tests"][0]["evidence"]
        assert not list(folder.glob("*.snapshot"))


NOWHERE = """
*** Test Cases ***
Reads Nowhere
    Load Firmware      ${CRASH}    platform=stm32f4_discovery
    Run For            1ms

Is Expected To
    Load Firmware      ${CRASH}    platform=stm32f4_discovery
    Fault Should Be    PRECISERR    deep
"""


ENDS_ITSELF = """
*** Test Cases ***
Ends Itself
    Load Firmware      ${ENDS}    platform=stm32f4_discovery
    Run For            1ms

Ends Itself Again
    Load Firmware      ${ENDS}    platform=stm32f4_discovery
    Run For            1ms
"""


@pytest.mark.renode
class TestOnRenode:
    def test_what_only_silicon_faults_on_fails_a_test(self, run_suite, reads_nowhere):
        needs.renode()
        options = ("--variable", f"CRASH:{reads_nowhere}", "--engine", "renode")
        code, report, _ = run_suite(NOWHERE, *options)
        failed, passed = report["tests"]
        assert code == 1
        assert passed["passed"] and not failed["passed"]
        title = "BusFault escalated to HardFault: read of 4 bytes from 0x60000000, where nothing is"
        assert f"the firmware faulted: {title}" in failed["message"]
        assert f"Fault: {title}" in failed["evidence"]
        assert "seen by the embedded engine, which executes the same beside" in failed["evidence"]
        assert failed["evidence"].endswith("ldr r0, [r0]                     deep")
        assert failed["warnings"] == passed["warnings"] == []

    def test_a_warning_comes_once_in_the_test_that_has_it_first(self, run_suite, ends_itself):
        needs.renode()
        options = ("--variable", f"ENDS:{ends_itself}", "--engine", "renode")
        code, report, folder = run_suite(ENDS_ITSELF, *options)
        first, second = report["tests"]
        assert code == 0
        assert [text.split(" at ")[0] for text in first["warnings"]] == ["semihosting call"]
        assert second["warnings"] == []
        assert (folder / "output.xml").read_text().count('level="WARN"') == 2  # and in <errors>


class TestBrokenSetUp:
    def test_a_missing_recording_exits_with_3(self, run_suite):
        code, report, _ = run_suite(
            "*** Test Cases ***\nOne\n    Boot The Board\n    Inject Features    absent.wav\n"
        )
        assert code == 3
        assert "absent.wav" in report["broken"][0]

    def test_a_suite_that_is_none_exits_with_3(self, run_suite):
        code, report, _ = run_suite("*** Nonsense ***\n")
        assert code == 3
        assert report["broken"]

    @pytest.mark.parametrize(
        ("test", "says"),
        [
            ("    No Such Keyword", "No keyword with name 'No Such Keyword' found."),
            (
                "    Run For",
                "Workbench.Run For' expected 1 argument, got 0",
            ),
            ("    Log    ${NOT_SET}", "Variable '${NOT_SET}' not found."),
            ("    FOR    ${x}    IN\n    Log    ${x}\n", "FOR loop must have closing END."),
            ("", "Test cannot be empty."),
        ],
    )
    def test_a_suite_that_cannot_be_executed_exits_with_3(self, test, says, run_suite, tmp_path):
        junit = tmp_path / "junit.xml"
        tests = f"*** Test Cases ***\nOne\n{test}\n"
        code, report, _ = run_suite(tests, "--junit", str(junit))
        assert code == 3
        assert says in report["broken"][0]
        (case,) = ElementTree.parse(junit).getroot().iter("testcase")
        assert [child.tag for child in case if child.tag != "properties"] == ["error"]

    def test_in_a_suite_setup_too(self, run_suite):
        code, report, _ = run_suite(
            "*** Settings ***\nSuite Setup    No Such Keyword\n\n"
            "*** Test Cases ***\nOne\n    No Operation\n"
        )
        assert code == 3
        assert "No Such Keyword" in report["broken"][0]

    def test_what_was_caught_does_not_make_a_failed_check_broken(self, run_suite):
        code, report, _ = run_suite(
            "*** Test Cases ***\nOne\n"
            "    Run Keyword And Ignore Error    Log    ${NOT_SET}\n"
            "    Should Be Equal    one    another\n"
        )
        assert code == 1
        assert report["broken"] == []

    def test_a_suite_that_hangs_is_killed(self, run_suite):
        code, report, _ = run_suite("*** Test Cases ***\nSlow\n    Sleep    60\n", "--timeout", "3")
        assert code == 3
        assert "not done after 3 s" in report["broken"][0]

    def test_a_suite_that_is_not_there_exits_with_2(self, capsys):
        assert run(["test", "absent.robot"]) == 2
        assert "absent.robot" in capsys.readouterr().err


def test_junit_and_markdown_are_written(run_suite, tmp_path):
    junit, markdown = tmp_path / "junit.xml", tmp_path / "summary.md"
    run_suite(FAILING, "--junit", str(junit), "--markdown", str(markdown))
    suite = ElementTree.parse(junit).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    transcript = suite.find("testcase/properties/property[@name='transcript']")
    assert transcript is not None and "ready" in str(transcript.get("value"))
    assert "1 of 2 tests passed" in markdown.read_text()


def test_an_engine_that_a_suite_leaves_open_is_taken_from_the_command_line(
    tmp_path, firmware_image, capsys
):
    suite = tmp_path / "mine.robot"
    suite.write_text(
        "*** Settings ***\n"
        "Library    workbench.robot.Workbench    engine=auto    platform=stm32f4_discovery\n\n"
        "*** Test Cases ***\n"
        f"Boots\n    Boot Firmware    {firmware_image('stm32f4_discovery').elf}\n"
    )
    arguments = ["test", str(suite), "--engine", "embedded", "--board", "nrf52840_dk", "--json"]
    code = run([*arguments, "--output", str(tmp_path / "out")])
    (test,) = json.loads(capsys.readouterr().out)["tests"]
    assert code == 0, test["message"]
    # The suite names its board itself: what is told is what it ran on, not what was asked for.
    assert (test["board"], test["kernels"], test["engine"]) == (
        "stm32f4_discovery",
        "reference",
        "embedded",
    )
