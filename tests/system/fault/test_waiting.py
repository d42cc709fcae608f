"""What firmware is said to wait for at the limit of a run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.endings import ending_of
from workbench.engines.base import Instructions, Stop, StopKind
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.fault.explanation import explain
from workbench.fault.waiting import waits_for
from workbench.image import Image
from workbench.platform import Platform

from .conftest import PLAIN, Compile

SOME = Instructions(20_000)
PLAINEST = ("-O0", "-g")


@pytest.fixture
def stuck(compiled: Compile, platform: Platform) -> Callable[..., str]:
    """Return a function that jumps to one of stuck.c and says what it waits for."""

    def run(function: str, options: tuple[str, ...] = PLAIN) -> str:
        image = Image.from_file(compiled("stuck", options))
        with EmbeddedEngine() as engine:
            engine.load(image, platform)
            engine.run(Stop(pc=frozenset({image.symbol("main").address})), SOME)
            engine.registers["pc"] = image.symbol(function).address
            reason = engine.run(Stop(), SOME)
            assert reason.kind is StopKind.LIMIT
            return waits_for(ending_of(engine, image, platform, reason))

    return run


@pytest.mark.parametrize("options", [PLAIN, PLAINEST], ids=" ".join)
@pytest.mark.parametrize(
    ("function", "says"),
    [
        ("wait_for_flag", ("waits for a change of `done` at 0x2000", ", which is 0x0: the loop")),
        ("wait_for_member", ("waits for a change of `device` + 4 at 0x2000", ", which is 0x0")),
        ("wait_through_pointer", ("waits for a change of `device` + 4 at 0x2000",)),
        ("wait_for_tick", ("waits for a change of `ticks` at 0x2000",)),
        ("wait_for_register", ("waits for a change of 0x40023c00 (in ",)),
        ("poll", ("waits for a change of `done` at 0x2000",)),
        ("endless", ("endless is in an endless loop at stuck.c:51", "must be volatile")),
        (
            "unhandled",
            (
                "IRQ 3 (rtc/exti) has no handler of its own",
                " is an endless loop that 3 vectors share",
            ),
        ),
        (
            "handler_that_stays",
            ("Irq2Handler, the handler of IRQ 2, is in an endless loop and does not return",),
        ),
    ],
)
def test_what_is_waited_for_is_named(function, says, options, stuck):
    said = stuck(function, options)
    assert all(part in said for part in says), said


@pytest.mark.parametrize("options", [PLAIN, PLAINEST], ids=" ".join)
@pytest.mark.parametrize("function", ["work", "count_down"])
def test_what_works_is_not_said_to_wait(function, options, stuck):
    assert stuck(function, options) == ""


def test_the_ending_of_a_run_tells_it(compiled: Compile, platform: Platform) -> None:
    image = Image.from_file(compiled("stuck"))
    with EmbeddedEngine() as engine:
        engine.load(image, platform)
        engine.run(Stop(pc=frozenset({image.symbol("main").address})), SOME)
        engine.registers["pc"] = image.symbol("wait_for_flag").address
        end = explain(ending_of(engine, image, platform, engine.run(Stop(), SOME)))
    assert "the limit was reached, at 0x0800" in end.sentence
    assert "(waits for a change of `done`" in end.sentence


def test_a_core_that_sleeps_until_a_variable_changes_names_it(
    compiled: Compile, platform: Platform
) -> None:
    told = {}
    for function in ("sleep_for_flag", "sleep_for_ever"):
        image = Image.from_file(compiled("stuck"))
        with EmbeddedEngine() as engine:
            engine.load(image, platform)
            engine.run(Stop(pc=frozenset({image.symbol("main").address})), SOME)
            engine.registers["pc"] = image.symbol(function).address
            reason = engine.run(Stop(), SOME)
            assert reason.kind is StopKind.IDLE
            ending = ending_of(engine, image, platform, reason)
            told[function] = explain(ending).waits_for
    assert told["sleep_for_flag"].startswith("waits for a change of `done` at 0x2000")
    assert told["sleep_for_ever"] == ""
