"""Semihosting calls are found in functions, not in data that looks like them."""

from types import SimpleNamespace

import pytest

from workbench.engines.renode.unserved import semihosting_warning

CALL = bytes.fromhex("abbe")  # bkpt 0xab
NOP = bytes.fromhex("00bf")
WIDE = bytes.fromhex("40f2abbe")  # movw lr, #0xeab...: its second halfword looks like the call


def image(code: bytes, size: int | None = None) -> SimpleNamespace:
    function = SimpleNamespace(
        address=0x0800_0100, size=len(code) if size is None else size, demangled="say"
    )
    return SimpleNamespace(functions=(function,), read=lambda address, size: code[:size])


def test_a_call_is_named_with_its_place() -> None:
    said = semihosting_warning(image(NOP + CALL))
    assert "semihosting call at 0x08000102 in say" in said


@pytest.mark.parametrize("code", [NOP + NOP, WIDE + NOP])
def test_what_is_no_call_is_not(code: bytes) -> None:
    assert not semihosting_warning(image(code))


def test_data_behind_a_function_is_no_call() -> None:
    assert not semihosting_warning(image(NOP + CALL, size=2))
