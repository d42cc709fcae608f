"""Checking many files at once."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from workbench.cli.repl import app
from workbench.errors import UserError
from workbench.repl.check import check_files
from workbench.report.repl import check_lines


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "good.repl").write_text("x: T\ny: T")
    (tmp_path / "deep" / "addition.repl").write_text("led: L @ gpio 5")
    (tmp_path / "deep" / "bad.repl").write_text("x T")
    return tmp_path


def test_files_are_told_apart(folder):
    result = check_files([folder])
    assert [file.status for file in result.files] == ["addition", "error", "read"]
    assert result.files[2].entries == 2
    assert "bad.repl:1:3" in result.files[1].message
    *_, summary = check_lines(result, additions=True)
    assert summary == "reads 1 of 3 files, 1 more as additions to another platform"


def test_names_can_be_left_out(folder):
    result = check_files([folder], exclude=["bad.repl", "deep/addition.repl"])
    assert list(check_lines(result, additions=False)) == ["reads 1 of 1 files"]


def test_nothing_to_read_is_an_error(folder):
    with pytest.raises(UserError, match=r"no \.repl files there"):
        check_files([folder], exclude=["*"])
    with pytest.raises(UserError, match="does not exist"):
        check_files([folder / "missing"])


def test_command_fails_unless_all_is_read(folder):
    run = CliRunner().invoke
    assert run(app, ["check", str(folder / "good.repl")]).exit_code == 0
    result = run(app, ["check", str(folder)])
    assert result.exit_code == 1
    assert "bad.repl:1:3: expected ':' after the name of an entry, found 'T'" in result.output
    assert "no entry declares a peripheral 'gpio'" in result.output
    allowed = ["--additions", "--exclude", "bad.repl"]
    assert run(app, ["check", str(folder), *allowed]).exit_code == 0
