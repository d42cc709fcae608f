"""Images as the builder makes them, with the real compiler."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.builder import build, plan_build
from workbench.builder.plan import SourceTree
from workbench.errors import BuildError, ToolchainError
from workbench.image import Image
from workbench.resources import resource


@pytest.fixture
def plan(monkeypatch, tmp_path):
    """A plan with a cache of its own."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    try:
        return plan_build("stm32f4_discovery", "reference")
    except ToolchainError as error:
        pytest.skip(str(error))


def copied_firmware(plan, folder):
    """Return `plan` with its sources moved to `folder`."""
    shutil.copytree(plan.firmware.path, folder, ignore=shutil.ignore_patterns("models"))
    return replace(plan, firmware=SourceTree(folder, plan.firmware.digest))


@pytest.mark.parametrize("board", ["stm32f4_discovery", "nrf52840_dk"])
@pytest.mark.parametrize("kernels", ["reference", "cmsis_nn"])
def test_every_board_and_kernel_set_builds(firmware_image, board, kernels):
    image = firmware_image(board, kernels)
    assert Image.load(image.elf).build_id
    assert (
        image.footprint.model
        == Path(resource("firmware"), "models", "keyword_spotter", "model.tflite").stat().st_size
    )


def test_the_stack_is_the_lowest_of_ram_and_the_model_is_aligned(firmware_image):
    image = Image.load(firmware_image().elf)
    ram_start = image.symbol("__ram_start").address
    assert image.symbol("__stack_limit").address == ram_start
    assert image.symbol("g_model_data").address % 16 == 0
    assert image.symbol("__arena_start").address % 16 == 0


def test_nothing_of_heap_exceptions_or_rtti_is_linked(firmware_image):
    names = {symbol.name for symbol in Image.load(firmware_image(kernels="cmsis_nn").elf).symbols}
    unwanted = {"malloc", "_malloc_r", "_sbrk", "free", "_Znwj", "__cxa_throw", "_ZTI"}
    assert not names & unwanted


def test_the_same_sources_give_the_same_bytes_wherever_they_lie(plan, tmp_path, monkeypatch):
    first = build(plan)
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "other cache"))
    second = build(copied_firmware(plan, tmp_path / "a copy"))
    assert not second.cached
    assert first.elf.read_bytes() == second.elf.read_bytes()


def test_a_compiler_error_is_shown_and_nothing_is_published(plan, tmp_path):
    broken = copied_firmware(plan, tmp_path / "broken")
    (broken.firmware.path / "app" / "crc32.cc").write_text("this is no C++;\n")
    with pytest.raises(BuildError, match=r"broken/app/crc32\.cc:1:1: error: "):
        build(broken)
    assert not (tmp_path / "cache" / "images").exists()


def test_sources_edited_during_the_build_do_not_reach_the_cache(plan, tmp_path):
    edited = copied_firmware(plan, tmp_path / "edited")
    source = edited.firmware.path / "app" / "main.cc"

    def edit(done, total, what):
        source.write_text(source.read_text() + "\n")

    with pytest.raises(BuildError, match="changed during the build"):
        build(edited, progress=edit)
    assert not (tmp_path / "cache" / "images").exists()


def test_a_model_too_large_for_ram_says_what_to_do(plan):
    with pytest.raises(BuildError, match="RAM") as caught:
        build(replace(plan, arena_bytes=1 << 20))
    assert "--arena" in caught.value.hint


def test_a_second_model_compiles_only_itself(plan):
    steps = []
    build(plan)
    other = replace(plan, arena_bytes=plan.arena_bytes * 2)
    built = build(other, progress=lambda done, total, what: steps.append(what))
    assert not built.cached
    assert len(steps) <= 3


def test_an_image_is_taken_from_the_cache_and_copied_out(plan, tmp_path):
    build(plan)
    again = build(plan, output=tmp_path / "out")
    assert again.cached
    assert again.elf == tmp_path / "out" / "keyword_spotter-stm32f4_discovery-reference.elf"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [again.elf.name]
