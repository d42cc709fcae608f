"""Files are written whole or not at all."""

import pytest

from workbench.files import write_atomically


def test_text_is_written_and_the_folder_made(tmp_path):
    write_atomically(tmp_path / "a" / "b.html", "ä")
    assert (tmp_path / "a" / "b.html").read_bytes() == b"\xc3\xa4"


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
