"""Files are written whole or not at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.errors import ModelError
from workbench.support.files import read_file, read_regular, write_atomically


def test_text_is_written_and_the_folder_made(tmp_path):
    write_atomically(tmp_path / "a" / "b.html", "ä")
    assert (tmp_path / "a" / "b.html").read_bytes() == b"\xc3\xa4"


def test_a_name_that_is_no_text_is_written_as_text(tmp_path):
    write_atomically(tmp_path / "page", "of \udcff.wav")
    assert (tmp_path / "page").read_text() == "of \\udcff.wav"


def test_what_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    path = tmp_path / "page"
    write_atomically(path, b"old")

    def full_disk(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_no_plain_file_is_written_through(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomically(pipe, b"new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert pipe.is_fifo()


@pytest.mark.parametrize(("name", "why"), [("absent", "no such file"), (".", "is a folder")])
def test_what_cannot_be_read_is_told_with_the_readers_own_advice(tmp_path, name, why):
    with pytest.raises(ModelError, match=why) as error:
        read_file(tmp_path / name, ModelError, "give a .tflite", most=100)
    assert str(tmp_path / name) in error.value.message
    assert error.value.hint == "give a .tflite"


def test_only_a_regular_file_is_read(tmp_path):
    """A device never ends, and a pipe waits for somebody who writes."""
    os.mkfifo(tmp_path / "pipe")
    for path, what in ((Path("/dev/zero"), "a device"), (tmp_path / "pipe", "a pipe")):
        with pytest.raises(ModelError, match=f"is not a regular file, but {what}"):
            read_file(path, ModelError, "give a .tflite", most=100)


def test_a_link_to_a_file_is_read(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "file").write_bytes(b"1")
    assert read_regular(tmp_path / "link", 1) == b"1"


def test_no_more_is_read_than_the_limit(tmp_path):
    (tmp_path / "file").write_bytes(bytes(101))
    with pytest.raises(ModelError, match="is larger than 100 bytes"):
        read_file(tmp_path / "file", ModelError, "give a .tflite", most=100)


def test_a_path_that_cannot_be_one_is_told():
    with pytest.raises(ModelError, match="cannot be read"):
        read_file(Path("a\0b"), ModelError, "give a .tflite", most=100)


def test_a_full_device_is_told_by_its_name():
    with pytest.raises(OSError, match="No space") as error:
        write_atomically(Path("/dev/full"), b"new")
    assert error.value.filename == "/dev/full"


def test_a_folder_is_refused_by_its_name(tmp_path):
    with pytest.raises(IsADirectoryError) as error:
        write_atomically(tmp_path, b"new")
    assert str(error.value.filename) == str(tmp_path)


def test_what_cannot_be_written_is_told_by_its_own_name(tmp_path, monkeypatch):
    def refused(name, *_):
        raise PermissionError(13, "Permission denied", str(name))

    monkeypatch.setattr("os.open", refused)
    with pytest.raises(PermissionError) as error:
        write_atomically(tmp_path / "page", b"new")
    assert error.value.filename == str(tmp_path / "page")


@pytest.fixture(params=["without a name", "with a name"])
def way(request, monkeypatch):
    """Both ways in which a new file is made: the second is for systems that lack the first."""
    if request.param == "with a name":
        monkeypatch.setattr("sys.platform", "other")


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002, 0o027])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(tmp_path, way, mask):
    path = tmp_path / "folder" / "page"
    before = os.umask(mask)
    try:
        write_atomically(path, b"new")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o7777 == 0o666 & ~mask
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o600, 0o755, 0o664])
def test_a_file_that_is_written_again_keeps_its_permissions(tmp_path, way, mode):
    path = tmp_path / "page"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_atomically(path, b"new")
    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (b"new", mode)


def test_whoever_is_killed_while_it_writes_leaves_no_file(tmp_path):
    program = (
        "import os, signal, sys; from pathlib import Path; from workbench.support.files import *\n"
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write_atomically(Path(sys.argv[1]), b'new')"
    )
    try:
        os.close(os.open(tmp_path, os.O_WRONLY | os.O_TMPFILE))
    except (AttributeError, OSError):
        pytest.skip("needs files without names")
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "page")], cwd=root)
    assert done.returncode == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []
