"""The builder with the real compiler: determinism, errors, what is compiled again."""

from workbench.support.cache_folder import root
import os
import shutil
from contextlib import contextmanager
from dataclasses import replace

import pytest

from workbench.builder import build, cache, plan_build
from workbench.builder.plan import SourceTree
from workbench.errors import BuildError, ToolchainError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("build")


@pytest.fixture(scope="module", autouse=True)
def own_cache(folder):
    """These tests have a cache of their own, and share what is compiled in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORKBENCH_CACHE", str(folder / "cache"))
        yield


@pytest.fixture(scope="module")
def plan():
    try:
        return plan_build("stm32f4_discovery", "reference")
    except ToolchainError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def copied(plan, folder):
    """The same plan, with a copy of the sources that may be edited."""
    copy = folder / "a copy"
    shutil.copytree(plan.firmware.path, copy, ignore=shutil.ignore_patterns("models"))
    return replace(plan, firmware=SourceTree(copy, plan.firmware.digest))


def images():
    return set((root() / "images").glob("*"))


@contextmanager
def edited(source, text):
    """Give `source` other content, and its own back in the end."""
    before = source.read_text()
    source.write_text(text)
    try:
        yield
    finally:
        source.write_text(before)


def test_the_same_sources_give_the_same_bytes_wherever_they_lie(plan, copied, folder, monkeypatch):
    first = build(plan)
    monkeypatch.setenv("WORKBENCH_CACHE", str(folder / "other cache"))
    second = build(copied)
    assert not second.cached
    assert first.elf.read_bytes() == second.elf.read_bytes()


def test_a_compiler_error_is_shown_and_nothing_is_published(copied, folder, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(folder / "other cache"))
    published = images()
    changed = replace(copied, firmware=replace(copied.firmware, digest="edited"))
    with (
        edited(copied.firmware.path / "app" / "crc32.cc", "this is no C++;\n"),
        pytest.raises(BuildError, match=r"a copy/app/crc32\.cc:1:1: error: "),
    ):
        build(changed)
    assert images() == published


def built_anew(plan):
    shutil.rmtree(root() / "images", ignore_errors=True)
    return build(plan)


def test_what_an_earlier_build_left_damaged_is_made_again(plan):
    made = built_anew(plan).elf.read_bytes()
    tree = cache.tree(plan)
    (tree / cache.ELF).unlink()
    damaged = tree / "libboard.a"
    dates = damaged.stat().st_atime_ns, damaged.stat().st_mtime_ns
    damaged.write_bytes(b"")
    os.utime(damaged, ns=dates)
    assert built_anew(plan).elf.read_bytes() == made


def test_a_stamp_that_is_no_text_is_written_again(plan):
    built_anew(plan)
    stamp = cache.tree(plan) / "configured.json"
    written = stamp.read_bytes()
    stamp.write_bytes(b"\x94\xff")
    built_anew(plan)
    assert stamp.read_bytes() == written


def test_sources_edited_during_the_build_do_not_reach_the_cache(copied, folder, monkeypatch):
    monkeypatch.setenv("WORKBENCH_CACHE", str(folder / "other cache"))
    published = images()
    source = copied.firmware.path / "app" / "crc32.cc"
    text = source.read_text()

    def edit(done, total, what):
        source.write_text(text + "// edited\n")

    larger = replace(copied, arena_bytes=16384)
    with edited(source, text), pytest.raises(BuildError, match="changed during the build"):
        build(larger, progress=edit)
    assert images() == published


def test_a_model_too_large_for_ram_says_what_to_do(plan):
    with pytest.raises(BuildError, match="RAM") as caught:
        build(replace(plan, arena_bytes=1 << 20))
    assert "--arena" in caught.value.hint


def test_a_second_model_compiles_only_itself(plan):
    steps = []
    build(plan)
    other = replace(plan, arena_bytes=16384)
    built = build(other, progress=lambda done, total, what: steps.append(what))
    assert not built.cached
    assert len(steps) <= 3


def test_an_image_is_taken_from_the_cache_and_copied_out(plan, tmp_path):
    build(plan)
    again = build(plan, output=tmp_path / "out")
    assert again.cached
    assert again.elf == tmp_path / "out" / "keyword_spotter-stm32f4_discovery-reference.elf"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [again.elf.name]
