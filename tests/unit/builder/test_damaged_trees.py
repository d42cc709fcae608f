"""A build tree that an earlier build left damaged is removed only where a build has made it."""

import pytest

from tests.unit.builder.plans import a_plan
from workbench.builder import cmake
from workbench.errors import BuildError
from workbench.support.own_folder import MARK


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A tree in which the first build fails, and the next one would not."""
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "configured.json").write_text("{}")
    (folder / "notes.txt").write_text("kept")
    said = []

    def make(plan, tree, progress):
        said.append(sorted(path.name for path in tree.iterdir()) if tree.exists() else [])
        if len(said) == 1:
            raise BuildError("ninja: error: loading 'build.ninja'")

    monkeypatch.setattr(cmake, "_make", make)
    return folder, said


def test_one_that_is_marked_is_made_again(tree):
    folder, builds = tree
    (folder / MARK).write_text("a build tree of the workbench")
    cmake.execute(a_plan(), folder)
    assert len(builds) == 2 and builds[1] == []


def test_one_that_is_not_marked_is_left_to_the_user(tree):
    folder, builds = tree
    with pytest.raises(BuildError, match="not marked as made by the workbench"):
        cmake.execute(a_plan(), folder)
    assert (folder / "notes.txt").read_text() == "kept"
    assert len(builds) == 1


def test_a_link_to_a_marked_one_is_not_followed(tree, tmp_path):
    folder, _ = tree
    (folder / MARK).write_text("a build tree of the workbench")
    link = tmp_path / "link"
    link.symlink_to(folder)
    with pytest.raises(BuildError, match="not marked"):
        cmake.execute(a_plan(), link)
    assert (folder / "notes.txt").read_text() == "kept"
