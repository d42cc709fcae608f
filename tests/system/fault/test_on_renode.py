"""What Renode tells of a fault is enough for a diagnosis; where it is no silicon, that is said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import needs
from workbench.engines.base import Engine
from workbench.engines.renode.engine import RenodeEngine
from workbench.fault.diagnosis import Diagnosis
from workbench.platform import Platform

from .conftest import Compile, Crash, crash_on

pytestmark = pytest.mark.renode


@pytest.fixture(scope="module")
def renode() -> Iterator[Engine]:
    with RenodeEngine(needs.renode()) as engine:
        yield engine


def functions(diagnosis: Diagnosis) -> list[str]:
    return [call.function for call in diagnosis.calls]


TAKEN = ("trap", "write_protected", "execute_never", "call_null", "call_even", "fpu_off")
NOT_TAKEN = (
    *("read_nowhere", "run_out_of_ram", "nested_handlers", "in_thread"),
    *("recurse_by_turns", "large_frame"),
)


@pytest.mark.parametrize("function", TAKEN + NOT_TAKEN)
def test_place_and_calls_are_those_of_the_embedded_engine(
    function: str, renode: Engine, compiled: Compile, platform: Platform, crash: Crash
) -> None:
    there, here = crash_on(renode, compiled(), platform, function), crash(function)
    assert functions(there) == functions(here)
    assert there.title.partition(": ")[2] == here.title.partition(": ")[2]
    assert there.is_stack_overflow == here.is_stack_overflow


@pytest.mark.parametrize("function", NOT_TAKEN)
def test_a_fault_that_only_silicon_takes_is_said_to_be_one(
    function: str, renode: Engine, compiled: Compile, platform: Platform
) -> None:
    diagnosis = crash_on(renode, compiled(), platform, function)
    is_store = function in ("run_out_of_ram", "recurse_by_turns", "large_frame")
    assert {"BusFault", "IMPRECISERR" if is_store else "PRECISERR"} <= diagnosis.kinds
    assert any("Renode goes on behind this access" in note for note in diagnosis.notes)


@pytest.mark.parametrize(("function", "bit"), [("call_even", "INVSTATE"), ("fpu_off", "NOCP")])
def test_what_silicon_would_say_is_said(
    function: str, bit: str, renode: Engine, compiled: Compile, platform: Platform
) -> None:
    diagnosis = crash_on(renode, compiled(), platform, function)
    note = f"Renode says UNDEFINSTR; silicon says {bit}"
    assert (note in diagnosis.notes) == ("UNDEFINSTR" in diagnosis.kinds)
    assert {bit, "UNDEFINSTR"} & diagnosis.kinds


def test_an_abort_of_the_core_says_who_jumped(
    renode: Engine, compiled: Compile, platform: Platform
) -> None:
    diagnosis = crash_on(renode, compiled(), platform, "call_peripheral")
    assert "called through the function pointer 0x40000001 in r0, by call" in diagnosis.title
    assert functions(diagnosis)[1:] == ["call", "call_peripheral", "ResetHandler"]
