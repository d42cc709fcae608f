"""A folder is moved to its place whole, and what a killed process left beside it is removed."""

import os
import signal
import subprocess
import sys
import time

import pytest

from workbench.support.own_folder import MARK, OwnFolder
from workbench.support.staging import staged

KILLED = """
import os, pathlib, sys
from workbench.support.staging import staged
with staged(pathlib.Path(sys.argv[1])) as folder:
    (folder.path / "half").write_text("x")
    print(folder.path, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def filler(tmp_path):
    """A process that fills a folder beside `place`, and the folder."""
    command = [sys.executable, "-c", KILLED, str(tmp_path / "place")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield process, tmp_path / process.stdout.readline().decode().strip()
        process.kill()


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_what_was_filled_is_moved_whole(tmp_path):
    with staged(tmp_path / "place") as folder:
        (folder.path / "file").write_text("x")
        folder.path.rename(tmp_path / "place")
    assert names(tmp_path) == ["place"]
    assert names(tmp_path / "place") == [MARK, "file"]


def test_what_was_not_moved_is_removed(tmp_path):
    with pytest.raises(RuntimeError), staged(tmp_path / "place") as folder:
        raise RuntimeError(folder)
    assert names(tmp_path) == []


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path, filler):
    process, left = filler
    assert (left / "half").is_file()
    process.send_signal(signal.SIGKILL)
    process.wait()
    with staged(tmp_path / "another") as folder:
        assert names(tmp_path) == [folder.path.name]


def test_it_waits_for_a_process_that_is_filling(tmp_path, filler):
    process, filling = filler
    code = KILLED.replace("sys.stdin.read()", "pass")
    command = [sys.executable, "-c", code, str(tmp_path / "another")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as second:
        time.sleep(0.5)
        assert names(tmp_path) == [filling.name]
        process.stdin.close()
        assert second.wait(30) == 0
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        (".place.0123456789abcdef", "process 2147483647, mine"),  # not a mark of ours
        (".place.0123456789abcdef", None),
        (".place.notours", f"process 2147483647, {'0' * 32}"),
        ("place.0123456789abcdef", f"process 2147483647, {'0' * 32}"),
        (".place.0123456789abcdef", f"process {os.getpid()}, {'0' * 32}"),  # its maker lives
    ],
    ids=["another mark", "no mark", "another name", "in the open", "maker alive"],
)
def test_what_is_not_known_to_be_abandoned_stays(tmp_path, name, mark):
    users = tmp_path / name
    users.mkdir()
    (users / "work").write_text("x")
    if mark is not None:
        (users / MARK).write_text(mark)
    with staged(tmp_path / "place"):
        pass
    assert (users / "work").exists()


def test_a_link_is_not_followed(tmp_path):
    users = OwnFolder.make(tmp_path, "users-")
    (users.path / MARK).write_text(f"process 2147483647, {'0' * 32}")
    (tmp_path / ".place.0123456789abcdef").symlink_to(users.path)
    with staged(tmp_path / "place"):
        pass
    assert users.path.is_dir()
