"""An ending is all that a diagnosis needs: the machine may be gone, and the process that had it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.endings import standing
from tests.system.programs import PLENTY
from workbench.engines.base import Instructions, Stop
from workbench.engines.embedded.engine import EmbeddedEngine
from workbench.errors import UserError
from workbench.fault.explanation import explain
from workbench.fault.standing import calls_at
from workbench.image import Image
from workbench.machine import Ending, capture
from workbench.machine.recorded import from_json, to_json
from workbench.platform import Platform, read_platform

from .conftest import PLAIN, Compile

SOME = Instructions(20_000)
CRASHES = [
    ("crashes", name)
    for name in (
        *("read_nowhere", "call_null", "call_even", "overwrite_return", "nested_handlers"),
        *("overflow_thread", "execute_never", "write_protected", "recurse_by_turns", "lock_up"),
        *("fpu_off", "bad_exception_return"),
    )
] + [
    ("refusals", name)
    for name in (
        *("execute_data", "svc_under_basepri", "svc_in_interrupt", "frame_beyond", "read_in_scs"),
        *("return_without_stack", "even_vector", "trapped_by_choice"),
    )
]
HANGS = [("stuck", name) for name in ("wait_for_flag", "unhandled", "sleep_for_flag", "work")]


@pytest.fixture
def ended(compiled: Compile, platform: Platform) -> Callable[..., tuple[Ending, object]]:
    """Return a function that lets a function of a program run and returns how that ended.

    It also returns what was said of it while the machine still stood there.
    """

    def run(program: str, function: str) -> tuple[Ending, object]:
        image = Image.from_file(compiled(program, PLAIN))
        with EmbeddedEngine() as engine:
            machine = standing(engine, image, platform)
            engine.load(image, platform)
            engine.run(Stop(pc=frozenset({image.symbol("main").address})), SOME)
            after = engine.registers["lr"] & ~1
            engine.run(Stop(pc=frozenset({after})), PLENTY)
            engine.registers["lr"] = after | 1
            engine.registers["pc"] = image.symbol(function).address
            ending = capture(machine, machine.run(Stop(), SOME if program == "stuck" else PLENTY))
            return ending, said_of(ending)

    return run


def said_of(ending: Ending) -> object:
    found = explain(ending)
    return found.diagnosis, found.waits_for, found.sentence, found.failure, calls_at(ending)


@pytest.mark.parametrize(("program", "function"), [*CRASHES, *HANGS])
def test_an_ending_says_the_same_after_the_machine_is_gone_and_as_json(
    program, function, ended, platform
):
    ending, said = ended(program, function)
    assert said_of(ending) == said
    document = json.loads(json.dumps(to_json(ending)))
    again = from_json(document, Image.from_file(ending.image.path), read_platform(platform.name))
    assert said_of(again) == said
    assert to_json(again) == document


def test_an_ending_of_another_program_is_refused(ended, compiled, platform):
    document = to_json(ended("crashes", "trap")[0])
    with pytest.raises(UserError, match="the ending is of "):
        from_json(document, Image.from_file(compiled("refusals", PLAIN)), platform)


@pytest.mark.parametrize("document", [{}, {"version": 0}, {"version": 1, "image": None}])
def test_what_is_not_an_ending_is_refused(document, compiled, platform):
    with pytest.raises(UserError):
        from_json(document, Image.from_file(compiled("refusals", PLAIN)), platform)
