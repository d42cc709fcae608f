"""What a run waits for on the console, and how it is judged."""

from dataclasses import replace

import pytest

from tests.unit.report.test_run import RESULT
from workbench.engines.base import StopKind
from workbench.errors import UserError
from workbench.runs.running import compile_pattern, stop_pattern


@pytest.mark.parametrize(("expected", "exit_code"), [(True, 0), (False, 1)])
def test_a_run_that_is_not_as_asked_is_a_failed_check(expected, exit_code):
    assert replace(RESULT, stop=StopKind.LIMIT, expected=expected).exit_code == exit_code


def test_a_bad_pattern_is_refused_before_anything_runs():
    with pytest.raises(UserError, match="not a regular expression"):
        compile_pattern("ready(")


@pytest.mark.parametrize("text", ["ready(", "a{99999999999}", "(" * 5000])
def test_what_re_refuses_in_any_way_is_no_pattern(text):
    with pytest.raises(UserError, match="not a regular expression"):
        compile_pattern(text)


@pytest.mark.parametrize("text", ["", ".*", "a?"])
def test_a_pattern_that_needs_no_text_would_end_a_run_at_once(text):
    with pytest.raises(UserError, match="before anything is printed"):
        stop_pattern(text)


def test_a_pattern_holds_the_bytes_that_were_typed():
    assert compile_pattern("\udcff") == b"\xff"


def test_without_a_pattern_nothing_is_waited_for():
    assert compile_pattern(None) is None
    assert compile_pattern("ré") == "ré".encode()
