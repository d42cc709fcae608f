"""Run a program with its trace recorded, and turn the trace into a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.engines.base import Limit, Stop, StopReason
from workbench.fault.explanation import explain
from workbench.image import Image
from workbench.image.source_lines import SourceLine
from workbench.link import Client
from workbench.machine import LoadedMachine, capture
from workbench.profile.ahead import reading_ahead
from workbench.profile.callgraph import CallGraph, Names
from workbench.profile.operators import (
    OperatorCalls,
    Passage,
    behind_operator_calls,
    embedded_operators,
    operator_costs,
)
from workbench.profile.values import LineCost, Profile
from workbench.runs.call_counter import Probe
from workbench.runs.points import address_of, inference_of, never_seen
from workbench.runs.verdict import failures_explained
from workbench.timing.model import CycleModel
from workbench.trace import Trace

WHOLE_RUN = "whole run"


@dataclass(frozen=True)
class ProfileRequest:
    """What to profile of a machine, at which clock (the board's own for None).

    function: the first call of it; None is the whole run, or `Invoke()` where `features` are
    given: recordings or features for our firmware to classify. send: bytes for the console.
    """

    limit: Limit
    function: str | None = None
    features: Sequence[Path] = ()
    send: bytes = b""
    clock_hz: int | None = None


def profile(machine: LoadedMachine, request: ProfileRequest) -> Profile:
    """Run what is asked for and return its profile; raise CheckFailedError if it never ended."""
    image = machine.image
    function = request.function or (inference_of(image) if request.features else None)
    if function is None:
        with reading_ahead(image, operators=False) as read:
            trace, reason = _whole_run(machine, request, read)
        found = _analyse(machine, request, trace, WHOLE_RUN, image.entry)
        end = explain(capture(machine, reason))
        return replace(
            found,
            diagnosis=end.diagnosis,
            exit_code=end.ending.exit_code,
            model_error=end.ending.model_error,
            warnings=end.ending.warnings,
            failure=end.failure,
        )
    with reading_ahead(image, operators=True) as read:
        calls = _record_call(machine, request, function, read)
    return replace(analyse(machine, request, calls), warnings=machine.warnings)


def analyse(machine: LoadedMachine, request: ProfileRequest, calls: OperatorCalls) -> Profile:
    """Return the profile of the call that `calls` has traced."""
    assert calls.trace is not None
    start = address_of(machine.image, calls.what)
    return _analyse(machine, request, calls.trace, calls.what, start, calls.passages)


def _analyse(
    machine: LoadedMachine,
    request: ProfileRequest,
    trace: Trace,
    what: str,
    start: int,
    passages: Sequence[Passage] = (),
) -> Profile:
    image, clock = machine.image, request.clock_hz or machine.platform.clock_hz
    model = CycleModel.of(machine.platform)
    program = model.program(trace)
    estimate = model.estimate(trace, clock, program)
    operators = embedded_operators(image) if passages else ()
    names = Names(image, trace, program.by_address)
    graph = CallGraph.of(trace, names, program.by_address, estimate.by_address, start)
    return Profile(
        image=str(image.path),
        platform=machine.platform.name,
        engine=machine.engine.name,
        what=what,
        clock_hz=clock,
        instructions=trace.instructions,
        cycles=estimate.cycles,
        functions=graph.functions(),
        calls=graph.call_costs(),
        lines=_lines(image, trace, names, estimate.by_address),
        operators=operator_costs(passages, operators, model, clock, program),
        stacks=graph.stacks(),
    )


def _whole_run(
    machine: LoadedMachine, request: ProfileRequest, begun: Callable[[], None]
) -> tuple[Trace, StopReason]:
    machine.send(request.send)
    machine.engine.start_trace(flash_reads=True)
    begun()
    reason = machine.run(Stop(), request.limit)
    return machine.engine.stop_trace(), reason


def _record_call(
    machine: LoadedMachine, request: ProfileRequest, function: str, begun: Callable[[], None]
) -> OperatorCalls:
    image = machine.image
    behind = behind_operator_calls(image)
    calls = OperatorCalls(function, address_of(image, function), behind, wanted=1)
    calls.trace_next(begun)
    probe = Probe(machine.engine, calls, stop_when_done=not request.features)
    machine = machine.behind(probe)
    with failures_explained(machine):
        _drive(machine, request)
        if calls.trace is None:
            why = None if request.features else machine.stopped
            raise never_seen(calls.result(), why.kind if why else None, why.detail if why else "")
    return calls


def _drive(machine: LoadedMachine, request: ProfileRequest) -> None:
    """Give the firmware one recording to classify, or let it run with its input."""
    if request.features:
        client = Client(machine.engine, request.limit)
        client.start()
        next(client.answers(request.features))
        return
    machine.send(request.send)
    machine.run(Stop(), request.limit)


def _lines(
    image: Image, trace: Trace, names: Names, cycles: Mapping[int, int]
) -> tuple[LineCost, ...]:
    """Costs by source line and the functions inlined there, most cycles first."""
    place_at = image.source_lines.at
    # By identity: to hash each of them would take longer than the rest.
    places: dict[int, SourceLine] = {}
    totals: dict[tuple[str, int], list[int]] = {}
    for address, times in trace.counts.items():
        place = place_at(address)
        if place is None:
            continue
        places[id(place)] = place
        total = totals.setdefault((names.at(address), id(place)), [0, 0])
        total[0] += times
        total[1] += cycles.get(address, 0)
    image.source_lines.write_cache()
    found = (
        LineCost(places[at].file, places[at].line, function, places[at].inlined, *total)
        for (function, at), total in totals.items()
    )
    return tuple(
        sorted(found, key=lambda one: (-one.cycles, one.file, one.line, one.function, one.inlined))
    )
