"""Images of the demo firmware as they are linked."""

from pathlib import Path

import pytest
from elftools.elf.constants import P_FLAGS
from elftools.elf.elffile import ELFFile

from workbench.builder.plan import KERNEL_SETS
from workbench.image import Image
from workbench.support.resources import resource


@pytest.mark.parametrize("board", ["stm32f4_discovery", "nrf52840_dk"])
@pytest.mark.parametrize("kernels", KERNEL_SETS)
def test_every_board_and_kernel_set_builds(firmware_image, board, kernels):
    image = firmware_image(board, kernels)
    assert Image.from_file(image.elf).build_id
    assert (
        image.footprint.model
        == Path(resource("firmware"), "models", "keyword_spotter", "model.tflite").stat().st_size
    )


def test_the_stack_is_the_lowest_of_ram_and_the_model_is_aligned(firmware_image):
    image = Image.from_file(firmware_image().elf)
    ram_start = image.symbol("__ram_start").address
    assert image.symbol("__stack_limit").address == ram_start
    assert image.symbol("g_model_data").address % 16 == 0
    assert image.symbol("__arena_start").address % 16 == 0


def test_nothing_of_heap_exceptions_or_rtti_is_linked(firmware_image):
    names = {symbol.name for symbol in Image.from_file(firmware_image(kernels="cmsis_nn").elf).symbols}
    unwanted = {"malloc", "_malloc_r", "_sbrk", "free", "_Znwj", "__cxa_throw", "_ZTI"}
    assert not names & unwanted


def test_no_segment_is_both_written_and_executed(firmware_image):
    with firmware_image().elf.open("rb") as file:
        flags = [segment["p_flags"] for segment in ELFFile(file).iter_segments("PT_LOAD")]
    assert all(
        (flag & (P_FLAGS.PF_W | P_FLAGS.PF_X)) in (P_FLAGS.PF_W, P_FLAGS.PF_X) for flag in flags
    )
