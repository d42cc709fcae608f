"""What is removed is the folder that was made, by its path and its mark, and nothing else."""

import pytest

from workbench.support.own_folder import MARK, OwnFolder


@pytest.fixture
def folder(tmp_path):
    return OwnFolder.make(tmp_path, "mine-")


def contents(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_folder_is_removed_with_all_that_is_in_it(folder, tmp_path):
    (folder.path / "a" / "b").mkdir(parents=True)
    (folder.path / "a" / "file").write_text("x")
    assert folder.remove()
    assert contents(tmp_path) == []
    assert not folder.remove()


def test_the_current_folder_has_nothing_to_do_with_it(folder, tmp_path, monkeypatch):
    users = tmp_path / "users"
    users.mkdir()
    (users / "work").write_text("x")
    monkeypatch.chdir(users)
    assert folder.remove()
    assert contents(tmp_path) == ["users", "users/work"]


def test_a_folder_without_the_mark_stays(folder):
    (folder.path / MARK).unlink()
    (folder.path / "work").write_text("x")
    assert not folder.remove()
    assert contents(folder.path) == ["work"]


def test_a_folder_with_the_mark_of_another_stays(folder, tmp_path):
    other = OwnFolder.make(tmp_path, "other-")
    assert not OwnFolder(folder.path, other.mark).remove()
    assert folder.path.exists()


def test_a_link_in_the_folders_place_is_not_followed(folder, tmp_path):
    users = tmp_path / "users"
    folder.path.rename(users)
    folder.path.symlink_to(users)
    (users / "work").write_text("x")
    assert not folder.remove()
    assert (users / "work").exists()


def test_what_a_link_in_the_folder_leads_to_stays(folder, tmp_path):
    users = tmp_path / "users"
    users.mkdir()
    (users / "work").write_text("x")
    (folder.path / "link").symlink_to(users)
    assert folder.remove()
    assert contents(tmp_path) == ["users", "users/work"]


@pytest.mark.parametrize("path", ["", ".", "relative"])
def test_no_relative_path_is_ever_taken(tmp_path, monkeypatch, path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="not an absolute path"):
        OwnFolder.make(type(tmp_path)(path), "mine-")
    (tmp_path / MARK).write_text("mark")
    assert not OwnFolder(type(tmp_path)(path), "mark").remove()
    assert contents(tmp_path) == [MARK]


def test_a_planned_folder_is_made_once_and_removed_by_whoever_knows_it(tmp_path):
    planned = OwnFolder.plan(tmp_path, "mine-")
    assert contents(tmp_path) == []
    assert not planned.remove()
    planned.create()
    with pytest.raises(FileExistsError):
        planned.create()
    assert OwnFolder(planned.path, planned.mark).remove()
    assert contents(tmp_path) == []
