"""Run a program with its trace recorded, and turn the trace into a profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from workbench.engines.base import Engine, Limit, Stop, StopReason
from workbench.engines.front import EngineFront
from workbench.image import Image
from workbench.image.source_lines import Place
from workbench.platform import Platform
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
from workbench.runs.ending import crash_told, ending_of
from workbench.runs.points import address_of, inference_of, never_seen
from workbench.timing.model import CycleModel
from workbench.timing.program import Program
from workbench.trace import Trace

WHOLE_RUN = "whole run"


@dataclass(frozen=True)
class Request:
    """What to profile of `image` on `platform`, at which clock (the board's own for None).

    function: the first call of it; None is the whole run, or `Invoke()` where `features` are
    given: recordings or features for our firmware to classify. send: bytes for the console.
    """

    image: Image
    platform: Platform
    limit: Limit
    function: str | None = None
    features: Sequence[Path] = ()
    send: bytes = b""
    clock_hz: int | None = None

    @property
    def clock(self) -> int:
        """The core clock in Hz."""
        return self.clock_hz or self.platform.clock_hz


def profile(engine: Engine, request: Request) -> Profile:
    """Run what is asked for and return its profile; raise CheckFailedError if it never ended."""
    function = request.function or (inference_of(request.image) if request.features else None)
    engine = front = EngineFront(engine)
    if function is None:
        with reading_ahead(request.image, operators=False) as read:
            trace, reason = _whole_run(engine, request, read)
        found = _analyse(request, trace, WHOLE_RUN, request.image.entry, engine.name)
        ending = ending_of(engine, request.image, request.platform, reason)
        return replace(
            found,
            diagnosis=ending.diagnosis,
            exit_code=ending.exit_code,
            model_error=ending.model_error,
            warnings=front.warnings,
        )
    with reading_ahead(request.image, operators=True) as read:
        calls = _record_call(engine, request, function, read)
    return replace(analyse(request, calls, engine.name), warnings=front.warnings)


def analyse(request: Request, calls: OperatorCalls, engine_name: str) -> Profile:
    """Return the profile of the call that `calls` has traced."""
    assert calls.trace is not None
    start = address_of(request.image, calls.what)
    return _analyse(request, calls.trace, calls.what, start, engine_name, calls.passages)


def _analyse(
    request: Request,
    trace: Trace,
    what: str,
    start: int,
    engine_name: str,
    passages: Sequence[Passage] = (),
) -> Profile:
    model = CycleModel.of(request.platform)
    program = Program.of(trace)
    estimate = model.estimate(trace, request.clock, program)
    operators = embedded_operators(request.image) if passages else ()
    names = Names(request.image, trace, program.by_address)
    graph = CallGraph.of(trace, names, program.by_address, estimate.by_address, start)
    return Profile(
        image=str(request.image.path),
        platform=request.platform.name,
        engine=engine_name,
        what=what,
        clock_hz=request.clock,
        instructions=trace.instructions,
        cycles=estimate.cycles,
        functions=graph.functions(),
        calls=graph.call_costs(),
        lines=_lines(request.image, trace, names, estimate.by_address),
        operators=operator_costs(passages, operators, model, request.clock, program),
        stacks=graph.stacks(),
    )


def _whole_run(
    engine: Engine, request: Request, begun: Callable[[], None]
) -> tuple[Trace, StopReason]:
    engine.load(request.image, request.platform)
    if request.send:
        engine.uart.write(request.send)
    engine.start_trace(flash_reads=True)
    begun()
    reason = engine.run(Stop(), request.limit)
    return engine.stop_trace(), reason


def _record_call(
    engine: Engine, request: Request, function: str, begun: Callable[[], None]
) -> OperatorCalls:
    image = request.image
    behind = behind_operator_calls(image)
    calls = OperatorCalls(function, address_of(image, function), behind, wanted=1)
    calls.trace_next(begun)
    engine.load(image, request.platform)
    probe = Probe(engine, calls, stop_when_done=not request.features)
    with crash_told(probe, image, request.platform):
        _drive(probe, request)
        if calls.trace is None:
            why = None if request.features else probe.stopped
            raise never_seen(calls.result(), why.kind if why else None, why.detail if why else "")
    return calls


def _drive(machine: Engine, request: Request) -> None:
    """Give the firmware one recording to classify, or let it run with its input."""
    if request.features:
        from workbench.link import Client
        from workbench.model.features import read_features

        client = Client(machine, request.limit)
        shape = client.start().inputs[0].shape
        client.infer_float32(read_features(request.features[0], shape)[0].values)
        return
    if request.send:
        machine.uart.write(request.send)
    machine.run(Stop(), request.limit)


def _lines(
    image: Image, trace: Trace, names: Names, cycles: Mapping[int, int]
) -> tuple[LineCost, ...]:
    """Costs by source line and the functions inlined there, most cycles first."""
    place_at = image.places.at
    places: dict[int, Place] = {}  # by identity: a hash of each would take longer than the rest
    totals: dict[tuple[str, int], list[int]] = {}
    for address, times in trace.counts.items():
        place = place_at(address)
        if place is None:
            continue
        places[id(place)] = place
        total = totals.setdefault((names.at(address), id(place)), [0, 0])
        total[0] += times
        total[1] += cycles.get(address, 0)
    image.places.save()
    found = (
        LineCost(places[at].file, places[at].line, function, places[at].inlined, *total)
        for (function, at), total in totals.items()
    )
    return tuple(
        sorted(found, key=lambda one: (-one.cycles, one.file, one.line, one.function, one.inlined))
    )
