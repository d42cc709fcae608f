from pathlib import Path

import pytest

from workbench.engines.base import Snapshot
from workbench.errors import UserError
from workbench.snapshots import read_snapshot, write_snapshot


def test_a_snapshot_comes_back(tmp_path):
    snapshot = Snapshot("embedded", {"memory": [b"\0\1"], "set": frozenset({1})})
    write_snapshot(tmp_path / "one", snapshot)
    assert read_snapshot(tmp_path / "one") == snapshot


def written(tmp_path: Path, content: object) -> bytes:
    """Return the file of a snapshot that is not one."""
    write_snapshot(tmp_path / "written", content)
    return (tmp_path / "written").read_bytes()


class Evil:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize(
    ("content", "says"), [(Evil(), "no part of a machine"), ([1], "holds no snapshot")]
)
def test_what_is_none_is_refused_and_runs_nothing(tmp_path, capsys, content, says):
    written(tmp_path, content)
    with pytest.raises(UserError, match=says):
        read_snapshot(tmp_path / "written")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("kept", "says"), [(0, "no snapshot"), (-1, "damaged")])
def test_what_is_cut_off_is_refused(tmp_path, kept, says):
    whole = written(tmp_path, Snapshot("embedded", {}))
    (tmp_path / "cut").write_bytes(whole[:kept])
    with pytest.raises(UserError, match=says):
        read_snapshot(tmp_path / "cut")


def test_one_of_other_sources_is_told_as_such(tmp_path):
    whole = written(tmp_path, Snapshot("embedded", {}))
    first, newline, rest = whole.partition(b"\n")
    (tmp_path / "old").write_bytes(first[:-4] + b"0000" + newline + rest)
    with pytest.raises(UserError, match="another version of the workbench"):
        read_snapshot(tmp_path / "old")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="absent"):
        read_snapshot(tmp_path / "absent")
