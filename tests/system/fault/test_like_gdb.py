"""The calls that led to a fault are those that GDB shows, by the project's own server."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from tests import needs
from tests.system.gdb.conftest import DEBUGGER, Server, serving
from workbench.fault.diagnosis import Diagnosis

from .conftest import Compile, Crash

EXCEPTION = "<signal handler called>"
SETTINGS = {"O2": ("-O2", "-g"), "O0": ("-O0", "-g"), "Os": ("-Os", "-g")}


@pytest.fixture(scope="module", params=SETTINGS)
def options(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return SETTINGS[request.param]


@pytest.fixture(scope="module")
def server(options: Sequence[str], compiled: Compile) -> Iterator[Server]:
    needs.program(DEBUGGER)
    with serving(compiled("crashes", options), "embedded") as running:
        yield running


def names_by_gdb(server: Server, function: str) -> list[str]:
    """What GDB's backtrace shows below the handler; the mark of an exception is a name too."""
    said = server.debug_from_reset(
        "break main",
        "continue",
        "delete",
        "finish",
        "set $lr = $pc | 1",
        f"set $pc = &{function}",
        "continue",
        "backtrace 40",
    )
    frames = re.findall(r"^#\d+ +(?:0x[0-9a-f]+ in )?(<signal handler called>|\w+)", said, re.M)
    assert EXCEPTION in frames, said
    return [name.replace(EXCEPTION, "exception") for name in frames[frames.index(EXCEPTION) + 1 :]]


def names_of(diagnosis: Diagnosis) -> list[str]:
    """The same of ours, repetitions written out."""
    names: list[str] = []
    calls = list(diagnosis.calls)
    while calls:
        cycle, times = calls[0].cycle, calls[0].times
        piece = []
        for call in calls[:cycle]:
            piece += ["exception"] if call.interrupted_by else []
            piece += [*reversed(call.inlined), call.function.split(".")[0]]
        names += piece * times
        calls = calls[cycle:]
    return names


@pytest.mark.parametrize(
    "function",
    ["read_nowhere", "write_through_null", "divide", "nested_handlers", "in_thread", "trap"],
)
def test_the_calls_are_those_of_gdb(
    function: str, options: Sequence[str], server: Server, crash: Crash
) -> None:
    ours = names_of(crash(function, options))
    theirs = names_by_gdb(server, function)
    if function == "in_thread":  # GDB takes what a thread returns to for the code before it
        assert ours.pop() == "end_of_thread"
        theirs = theirs[: len(ours)]
    assert ours == theirs
