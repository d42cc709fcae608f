"""What `workbench test` is given is looked at before anything runs."""

import pytest

from workbench.errors import UserError
from workbench.robot.suites import plan_jobs


def test_a_file_that_is_no_suite_is_refused(tmp_path):
    recording = tmp_path / "yes.wav"
    recording.write_bytes(b"RIFF")
    with pytest.raises(UserError, match=r"is not a \*\.robot file"):
        plan_jobs([recording], "embedded", (), ())


def test_a_variable_without_a_value_is_refused(tmp_path):
    suite = tmp_path / "mine.robot"
    suite.write_text("*** Test Cases ***\n")
    with pytest.raises(UserError, match="'ELF' has no value"):
        plan_jobs([suite], "embedded", (), (), ["ELF"])
