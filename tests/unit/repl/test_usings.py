"""Several files, and several entries for one peripheral."""

from __future__ import annotations

import pytest

from workbench import repl
from workbench.errors import ReplError
from workbench.repl.description import Reference, Wire


def test_entries_of_all_files_are_merged_in_order(read):
    description = read(
        """\
        using "./base.repl"
        x:
            b: 20
            c: 30
            1 -> y@5
        """,
        base="""\
        x: T @ sysbus 0x10
            a: 1
            b: 2
            [0-1] -> y@[0-1]
        y: T
        """,
    )
    entry = description.entries["x"]
    assert entry.properties == {"a": 1, "b": 20, "c": 30}
    assert entry.registrations[0].address == 0x10
    assert entry.wires == (Wire(0, "y", 0), Wire(1, "y", 5))
    assert [name.rsplit("/", 1)[-1] for name in description.files] == ["base.repl", "main.repl"]


def test_later_registration_replaces_the_earlier(read):
    entry = read('x: T @ sysbus 0x10 as "a"\nx: @ sysbus 0x20').entries["x"]
    assert [r.address for r in entry.registrations] == [0x20]
    assert entry.alias is None


def test_later_init_replaces_and_init_add_extends(read):
    text = "x: T {{ init: {{ one }} }}\nx: {{ init{}: {{ two }} }}"
    assert read(text.format("")).entries["x"].init == ("two",)
    assert read(text.format(" add")).entries["x"].init == ("one", "two")


def test_a_used_file_may_refer_to_names_of_its_user(read):
    description = read('using "./a.repl"\nlater: T', a="x: T\n    ref: later")
    assert description.entries["x"].properties == {"ref": Reference("later")}


def test_using_is_found_in_search_folders_and_above(read, tmp_path):
    library = tmp_path / "library"
    (library / "cpus").mkdir(parents=True)
    (library / "cpus" / "part.repl").write_text("part: T")
    assert "part" in read('using "cpus/part.repl"', [library]).entries
    (tmp_path / "cpus").mkdir()
    (tmp_path / "cpus" / "near.repl").write_text("near: T")
    assert "near" in read('using "cpus/near.repl"').entries


def test_local_entries_are_known_in_their_file_only(read):
    description = read(
        'using "./a.repl"\nlocal hub: Mine\nx: T\n    ref: hub',
        a="local hub: Theirs\ny: T\n    ref: hub",
    )
    mine = description.entries["x"].properties["ref"].name
    theirs = description.entries["y"].properties["ref"].name
    assert description.entries[mine].type == "Mine"
    assert description.entries[theirs].type == "Theirs"
    with pytest.raises(ReplError, match="no entry declares a peripheral 'secret'"):
        read('using "./b.repl"\nx: T\n    ref: secret', b="local secret: T")


def test_prefix_of_older_renode(read):
    description = read(
        'using "./a.repl" prefixed "left_"\nx: T\n    ref: left_y',
        a="y: T\n    -> z@1\nz: T",
    )
    assert description.entries["left_y"].wires == (Wire("", "left_z", 1),)


@pytest.mark.parametrize(
    ("main", "files", "message"),
    [
        ('using "./no.repl"', {}, "no.repl' does not exist"),
        ('using "no.repl"', {}, "'no.repl' is not found"),
        ('using "./main.repl"', {}, "uses this file"),
        ('using "./a.repl"', {"a": 'using "./main.repl"'}, "uses this file"),
        ('using "./a.repl"\nusing "./a.repl"', {"a": ""}, "is used twice"),
        ("x: T\nx: T", {}, "'x' is already declared in"),
        ("x: T\nx: @ none\ny: { a: 1 }", {}, "the entry 'y' has no type"),
        ("x: T @ nowhere 0x0", {}, "no entry declares a peripheral 'nowhere'"),
        ('using "./a.repl"', {"a": "x: T ?"}, "a.repl:1:6"),
        ("sysbus: T", {}, "'sysbus' is already declared by the language"),
    ],
)
def test_files_that_do_not_fit_together_are_refused(read, main, files, message):
    with pytest.raises(ReplError) as caught:
        read(main, **files)
    assert message in str(caught.value)


def test_a_misspelt_name_gets_a_suggestion(read):
    with pytest.raises(ReplError, match="did you mean 'nvic'"):
        read("nvic: N\nx: T\n    -> nvci@1")


def test_files_that_use_each_other_in_every_way_end(read):
    """Each file uses the next two: the visits grow like the Fibonacci numbers."""
    files = {f"f{n}": f'using "./f{n + 1}.repl"\nusing "./f{n + 2}.repl"' for n in range(40)} | {
        "f40": "",
        "f41": "",
    }
    with pytest.raises(ReplError, match="more than 512 files"):
        read('using "./f0.repl"', **files)


def test_missing_and_binary_files(tmp_path):
    with pytest.raises(ReplError, match="does not exist") as caught:
        repl.read(tmp_path / "missing.repl")
    assert caught.value.message.count("missing.repl") == 1
    with pytest.raises(ReplError, match="cannot be read"):
        repl.read(tmp_path)
    (tmp_path / "binary.repl").write_bytes(b"\x7fELF\xff\xfe")
    with pytest.raises(ReplError, match="not a text file"):
        repl.read(tmp_path / "binary.repl")
