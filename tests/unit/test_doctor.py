"""What doctor says of programs that may be missing."""

import os
from importlib import util
from types import SimpleNamespace

import pytest

from workbench.doctor import State, examine


@pytest.fixture
def only(monkeypatch, tmp_path):
    """Return a function that lets PATH hold just these programs, and gives what is found."""

    def have(*names):
        for name in names:
            program = tmp_path / name
            program.write_text("#!/bin/sh\n")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        return {finding.part: finding for finding in examine().findings}

    return have


@pytest.mark.parametrize("name", ["gdb-multiarch", "arm-none-eabi-gdb"])
def test_any_gdb_for_arm_will_do(only, tmp_path, name):
    assert only(name)["gdb"].found == str(tmp_path / name)


def test_what_is_optional_says_what_for_and_how_to_get_it(only):
    for finding in (found[part] for found in [only()] for part in ("gdb", "qemu-system-arm")):
        assert finding.state is State.OPTIONAL
        assert finding.needed_for
        assert "apt-get install" in finding.remedy


def test_a_machine_without_a_compiler_is_not_ready(only):
    missing = only()["arm-none-eabi-gcc"]
    assert missing.state is State.MISSING
    assert missing.remedy


def test_c_parts_older_than_their_sources_are_to_be_built_again(only, tmp_path, monkeypatch):
    built = tmp_path / "old.so"
    built.touch()
    os.utime(built, (0, 0))
    monkeypatch.setattr(util, "find_spec", lambda name: SimpleNamespace(origin=str(built)))
    assert only()["C tracer"].state is State.BROKEN
