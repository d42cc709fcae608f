"""A handful of damaged files of every kind; `python -m tests.system.hostile` tries thousands."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.system.hostile.__main__ import attempt
from tests.system.hostile.harness import Ending, forked
from tests.system.hostile.subjects import subjects
from workbench.errors import ToolchainError

KINDS = ("elf", "repl", "toml", "tflite", "npz", "wav", "snapshot")
FILES_OF_A_KIND = 4


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    try:
        return subjects(tmp_path_factory.mktemp("beside"))
    except ToolchainError as error:
        pytest.skip(str(error))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_read_or_refused_with_a_message(known, kind, tmp_path):
    of_kind = [subject for subject in known if subject.kind == kind]
    assert of_kind
    for number in range(FILES_OF_A_KIND):
        subject = of_kind[number % len(of_kind)]
        folder = tmp_path / str(number)
        folder.mkdir()
        ending = attempt(subject, f"test:{number}", folder)
        assert not ending.fault, f"{number}: {ending.fault}\n{ending.said}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_file_is_accepted(known, kind, tmp_path):
    subject = next(one for one in known if one.kind == kind)
    path = tmp_path / subject.name
    path.write_bytes(subject.content)
    ending = forked(subject.jobs(path, NoChoice()), tmp_path)
    assert ending.code == 0, ending.said


class NoChoice:
    """A random generator that takes the first of everything."""

    def choice(self, options):
        return options[0]


@pytest.mark.parametrize(
    ("job", "fault"),
    [
        (lambda: print("error: x") or 2, ""),
        (lambda: 2, "without a message"),
        (lambda: print("x") or 3, "exit code 3"),
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
        (lambda: len(bytearray(3 << 30)), "exit code 70"),
        (lambda: 0, "says nothing"),
    ],
)
def test_what_ends_wrongly_is_seen(job, fault, tmp_path):
    assert fault in forked(job, tmp_path).fault
    assert forked(job, tmp_path).fault or not fault


def test_a_job_does_not_touch_this_process(tmp_path):
    here = Path.cwd()
    assert forked(lambda: print(Path.cwd()) or 0, tmp_path).said.strip() == str(tmp_path)
    assert Path.cwd() == here


def test_an_ending_says_what_is_wrong():
    assert Ending(0, 0, "done", 3 << 30, 1.0).fault == "takes 3072 MiB"
    assert Ending(0, 0, "Traceback (most recent", 0, 1.0).fault == "shows a traceback"
    assert Ending(-1, signal.SIGXCPU, "", 0, 60.0).fault == "takes more than 60 s"
