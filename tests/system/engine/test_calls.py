"""The calls that led to a fault, as unwound from the stacks of a program that faults."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.endings import diagnosis_of
from tests.system.programs import PLENTY
from workbench.engines.base import Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.fault.frames import Call
from workbench.image import Image
from workbench.platform import Platform

from .conftest import Program

Chain = Callable[[str], tuple[Call, ...]]


@pytest.fixture
def calls(
    engine: EmbeddedEngine,
    boot: Callable[[str], object],
    program: Program,
    platform: Platform,
) -> Chain:
    """Return a function that lets `calls.c` go wrong in one of its functions."""

    def go_wrong(function: str) -> tuple[Call, ...]:
        boot("calls")
        image = Image.from_file(program("calls"))
        engine.run(Stop(pc=frozenset({image.symbol("main").address})), PLENTY)
        engine.registers["pc"] = image.symbol(function).address
        reason = engine.run(Stop(), PLENTY)
        diagnosis = diagnosis_of(engine, image, platform, reason)
        assert diagnosis is not None
        return diagnosis.calls

    return go_wrong


def names(calls: tuple[Call, ...]) -> list[str]:
    return [call.function for call in calls]


def test_goes_through_c_and_through_assembly_without_frame_information(calls: Chain) -> None:
    chain = calls("bad_store")
    assert names(chain)[:4] == ["store", "pass_on", "pass_on_from_assembly", "by_hand"]
    assert names(chain)[4:] == ["bad_store", "ResetHandler"]
    assert chain[0].file.endswith("calls.c")
    assert chain[0].line > 0


def test_a_jump_to_nowhere_shows_who_jumped(calls: Chain) -> None:
    chain = calls("bad_jump")
    assert (chain[0].address, names(chain)) == (0x70000000, ["", "bad_jump", "ResetHandler"])


def test_goes_from_a_handler_to_the_thread_on_the_other_stack(calls: Chain) -> None:
    chain = calls("in_a_thread")
    assert names(chain)[:3] == ["store", "pass_on", "Irq0Handler"]
    assert names(chain)[3:] == ["work", "thread", "never_reached"]
    assert [call.function for call in chain if call.interrupted_by == "IRQ 0"] == ["work"]


def test_an_overflown_stack_is_a_long_chain(calls: Chain) -> None:
    chain = calls("overflow")
    assert names(chain) == ["recurse", "recurse", "overflow", "ResetHandler"]
    assert chain[1].times > 100
