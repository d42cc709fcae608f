"""Semihosting calls are found in functions, not in data that looks like them."""

import pytest

from tests.unit.images import function, image_of, segment
from workbench.engines.renode.unserved import semihosting_warning
from workbench.image import Image

CALL = bytes.fromhex("abbe")  # bkpt 0xab
NOP = bytes.fromhex("00bf")
WIDE = bytes.fromhex("40f2abbe")  # movw lr, #0xeab...: its second halfword looks like the call


def image(code: bytes, size: int | None = None) -> Image:
    say = function("say", 0x0800_0100, len(code) if size is None else size)
    return image_of(segment(0x0800_0100, code), symbols=(say,))


def test_a_call_is_named_with_its_place() -> None:
    said = semihosting_warning(image(NOP + CALL))
    assert "semihosting call at 0x08000102 in say" in said


@pytest.mark.parametrize("code", [NOP + NOP, WIDE + NOP])
def test_what_is_no_call_is_not(code: bytes) -> None:
    assert not semihosting_warning(image(code))


def test_data_behind_a_function_is_no_call() -> None:
    assert not semihosting_warning(image(NOP + CALL, size=2))
