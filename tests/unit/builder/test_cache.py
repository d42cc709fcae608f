import threading

import pytest

from tests.unit.builder.plans import a_plan
from workbench.builder import cache
from workbench.errors import UserError


@pytest.fixture
def plan(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return a_plan()


@pytest.fixture
def elf(tmp_path):
    path = tmp_path / "built.elf"
    path.write_bytes(b"\x7fELF image")
    return path


def test_what_was_published_is_found(plan, elf):
    assert cache.lookup(plan) is None
    published = cache.publish(plan, elf)
    assert cache.lookup(plan) == published
    assert published.read_bytes() == elf.read_bytes()


def test_a_damaged_image_is_not_found_and_can_be_replaced(plan, elf):
    cache.publish(plan, elf).write_bytes(b"\x7fELF ima")
    assert cache.lookup(plan) is None
    assert cache.publish(plan, elf).read_bytes() == elf.read_bytes()


def test_a_failed_publication_is_not_found(plan, elf, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fail)
        with pytest.raises(OSError, match="No space left"):
            cache.publish(plan, elf)
    assert cache.lookup(plan) is None
    assert cache.publish(plan, elf) == cache.lookup(plan)


def test_publishing_again_removes_nothing_that_lies_beside_the_image(plan, elf):
    folder = cache.publish(plan, elf).parent
    (folder / "notes.txt").write_text("the user's")
    (folder / cache.ELF).write_bytes(b"damaged")
    cache.publish(plan, elf)
    assert (folder / "notes.txt").read_text() == "the user's"


def test_the_lock_lets_one_in_at_a_time(plan):
    order = []

    def second():
        with cache.locked(cache.tree(plan)):
            order.append("second")

    with cache.locked(cache.tree(plan)):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join(5)
    assert order == ["first", "second"]


def test_export_to_an_impossible_place_names_it(elf, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match=r"out\.elf"):
        cache.export(elf, tmp_path / "file" / "out.elf")


def test_a_link_in_the_place_of_the_lock_is_not_followed(plan, tmp_path):
    users = tmp_path / "users"
    users.write_text("kept")
    tree = cache.tree(plan)
    tree.parent.mkdir(parents=True)
    tree.with_name(tree.name + ".lock").symlink_to(users)
    with pytest.raises(UserError, match="is a link"), cache.locked(tree):
        pass
    assert users.read_text() == "kept"


def test_the_lock_is_never_made_empty(plan):
    tree = cache.tree(plan)
    tree.parent.mkdir(parents=True)
    tree.with_name(tree.name + ".lock").write_text("kept")
    with cache.locked(tree):
        pass
    assert tree.with_name(tree.name + ".lock").read_text() == "kept"
