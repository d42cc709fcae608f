"""A run that ends in a loop on a device register says which one, and what it always reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.system.programs import PLENTY
from workbench.engines.base import Instructions, Stop, StopKind, StopReason
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.image import Image

from .conftest import Program

Wait = Callable[[str], StopReason]


@pytest.fixture
def wait(boot: Callable[[str], EmbeddedEngine], program: Program) -> Wait:
    """Return a function that lets the firmware wait in one of its functions, until a limit."""

    def run(function: str) -> StopReason:
        engine = boot("waiting")
        image = Image.from_file(program("waiting"))
        engine.run(Stop(pc=frozenset({image.symbol("main").address})), PLENTY)
        engine.registers["pc"] = image.symbol(function).address
        reason = engine.run(Stop(), Instructions(20_000))
        assert reason.kind is StopKind.LIMIT
        return reason

    return run


def test_a_block_without_model_is_named_with_what_to_do(wait: Wait) -> None:
    detail = wait("for_a_block_without_model").detail
    assert "0x40012c34 (sdio + 0x34)" in detail
    assert "always 0x00000000" in detail
    assert "plain storage" in detail


def test_a_block_with_a_model_is_named(wait: Wait) -> None:
    detail = wait("for_a_byte").detail
    assert "0x40004400 (usart2 + 0x00)" in detail
    assert "plain storage" not in detail


def test_firmware_that_does_other_things_too_is_not_said_to_wait(wait: Wait) -> None:
    assert wait("for_nothing").detail == ""
