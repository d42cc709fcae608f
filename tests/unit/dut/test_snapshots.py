import pickle

import pytest

from workbench.engines.base import Snapshot
from workbench.errors import UserError
from workbench.snapshots import read_snapshot, write_snapshot


def test_a_snapshot_comes_back(tmp_path):
    snapshot = Snapshot("embedded", {"memory": [b"\0\1"], "set": frozenset({1})})
    write_snapshot(tmp_path / "one", snapshot)
    assert read_snapshot(tmp_path / "one") == snapshot


class Evil:
    def __reduce__(self):
        return print, ("run",)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no snapshot"),
        (b"workbench snapshot 1\n", "damaged"),
        (b"workbench snapshot 1\n" + pickle.dumps(Evil()), "no part of a machine"),
        (b"workbench snapshot 1\n" + pickle.dumps([1]), "holds no snapshot"),
    ],
)
def test_what_is_none_is_refused_and_runs_nothing(tmp_path, capsys, content, says):
    (tmp_path / "bad").write_bytes(content)
    with pytest.raises(UserError, match=says):
        read_snapshot(tmp_path / "bad")
    assert capsys.readouterr().out == ""


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UserError, match="absent"):
        read_snapshot(tmp_path / "absent")
