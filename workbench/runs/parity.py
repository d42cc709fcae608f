"""Both engines on the same image and input: is what they show the same, and what differs first?

Compared are what the console sent, what the firmware answered, and the instructions at every
point that was passed. Not compared are the cycles that firmware reads from DWT_CYCCNT: Renode's
counter follows virtual time in steps, so that answers carry other cycles there.

Where firmware runs into a fault it is compared at which instruction, and not how far the core came
and which exception was taken: Renode escalates none, and an access that nothing answers ends its
run behind the block of instructions. The embedded engine does as silicon; Renode 1.15 has no
UsageFault for an unaligned LDRD, LDM or VLDR, nor with CCR.UNALIGN_TRP or CCR.DIV_0_TRP.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from workbench.engines import EngineChoice, open_engine
from workbench.engines.base import Engine, FaultState, Limit, Stop, StopKind, StopReason
from workbench.errors import CheckFailedError, EngineUnavailableError, LinkError
from workbench.fault.diagnosis import Diagnosis
from workbench.fault.explanation import Explanation, explain
from workbench.fault.text import lines
from workbench.image import Image
from workbench.link import Client
from workbench.link.transcript import readable
from workbench.machine import LoadedMachine, capture
from workbench.platform import Platform
from workbench.runs.call_counter import CallCounter, Probe
from workbench.runs.measure import counter_for
from workbench.runs.points import inference_of
from workbench.runs.verdict import require_good_end
from workbench.support.serialize import NOT_IN_JSON

ENGINES = (EngineChoice.EMBEDDED.value, EngineChoice.RENODE.value)
_UNANSWERED = "the link failed"
_AROUND = 24  # bytes of the console that are shown before a difference


@dataclass(frozen=True)
class Step:
    """One thing that an engine showed: `what` it is, and its value as text."""

    what: str
    value: str


@dataclass(frozen=True)
class Run:
    """All that one engine showed, in order, and how the run ended."""

    engine: str
    steps: tuple[Step, ...]
    end: Explanation


@dataclass(frozen=True)
class Difference:
    """The first step in which the engines differ; "" where one has no such step."""

    what: str
    values: tuple[str, str]


@dataclass(frozen=True)
class ParityReport:
    """Two runs of `image`; `difference` is None where they show the same.

    unanswered: what the firmware did not answer on the first engine, "" where it did; diagnosis:
    why it crashed there, None where it did not; model_error: why its model did not start, "" where
    it did. warnings: of each engine, by its name. failure: all that went wrong on the first one, in
    lines for a reader, "" where nothing did.
    """

    image: str
    platform: str
    engines: tuple[str, str]
    compared: tuple[Step, ...]
    difference: Difference | None
    unanswered: str = ""
    diagnosis: Diagnosis | None = None
    model_error: str = ""
    warnings: tuple[str, ...] = ()
    failure: str = field(default="", metadata=NOT_IN_JSON)


@dataclass(frozen=True)
class Stimulus:
    """What both engines are given.

    features: recordings or features for firmware that speaks our protocol; without, the image
    just runs until `until` (a pattern on the console) or `limit`. send: bytes for the console.
    points: names or addresses (function, begin, end) to count between, as `counter_for` takes them.
    """

    limit: Limit
    features: tuple[Path, ...] = ()
    send: bytes = b""
    until: bytes | None = None
    function: str | None = None
    begin: str | None = None
    end: str | None = None


def parity(
    image: Image,
    platform: Platform,
    stimulus: Stimulus,
    engines: tuple[str, str] = (ENGINES[0], ENGINES[1]),
) -> ParityReport:
    """Run `image` on both engines and compare.

    Raises EngineUnavailableError, before anything runs, where one of them cannot be used on this
    machine.
    """
    with ExitStack() as opened:
        both = [opened.enter_context(_open(name, engines)) for name in engines]
        first, second = (
            _run(name, LoadedMachine.load(engine, image, platform), stimulus)
            for name, engine in zip(engines, both, strict=True)
        )
    return ParityReport(
        image=str(image.path),
        platform=platform.name,
        engines=engines,
        compared=first.steps,
        difference=first_difference(first.steps, second.steps),
        unanswered=next((step.value for step in first.steps if step.what == _UNANSWERED), ""),
        diagnosis=first.end.diagnosis,
        model_error=first.end.ending.model_error,
        warnings=tuple(
            f"{run.engine}: {text}" for run in (first, second) for text in run.end.ending.warnings
        ),
        failure=first.end.failure,
    )


def require_parity(report: ParityReport) -> None:
    """Raise CheckFailedError where the engines differ, or the firmware fails on both."""
    if report.difference is not None:
        values = zip(report.engines, report.difference.values, strict=True)
        said = [f"different: {report.difference.what}"]
        said += [f"  {engine:10} {value or '(nothing)'}" for engine, value in values]
        if report.diagnosis is not None:
            said += [f"{report.engines[0]}:", *lines(report.diagnosis)]
        raise CheckFailedError("\n".join(said))
    require_good_end(report.failure)
    if report.unanswered:
        raise CheckFailedError(f"on both engines {report.unanswered}")


def first_difference(ours: Sequence[Step], theirs: Sequence[Step]) -> Difference | None:
    """Return the first step that is not the same in both, None where all are."""
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            if one.what != other.what:
                return Difference("what comes next", (one.what, other.what))
            return Difference(one.what, _shortened(one.value, other.value))
    if len(ours) == len(theirs):
        return None
    longer = ours if len(ours) > len(theirs) else theirs
    extra = longer[min(len(ours), len(theirs))]
    values = (extra.value, "") if longer is ours else ("", extra.value)
    return Difference(extra.what, values)


def _open(name: str, engines: Sequence[str]) -> Engine:
    try:
        return open_engine(name)
    except EngineUnavailableError as error:
        raise EngineUnavailableError(
            f"parity runs on {' and '.join(engines)}, and {name} cannot be used: {error.message}",
            error.hint,
        ) from error


def _run(name: str, machine: LoadedMachine, stimulus: Stimulus) -> Run:
    counter = _counter(machine.image, stimulus)
    if counter is not None:
        machine = machine.behind(Probe(machine.engine, counter))
    drive = _drive if stimulus.features else _let_run
    steps, reason = drive(machine, stimulus)
    end = explain(capture(machine, reason))
    if counter is not None:
        steps += [
            Step(f"instructions of {counter.what}, call {index}", f"{count:,}")
            for index, count in enumerate(counter.calls, 1)
        ]
    return Run(name, tuple(steps), end)


def _counter(image: Image, stimulus: Stimulus) -> CallCounter | None:
    points = (stimulus.function, stimulus.begin, stimulus.end)
    if any(points):
        return counter_for(image, *points)
    return counter_for(image, inference_of(image), None, None) if stimulus.features else None


def _drive(machine: LoadedMachine, stimulus: Stimulus) -> tuple[list[Step], StopReason | None]:
    """Boot firmware that speaks our protocol and have it answer each of the features.

    It is asked, and its instructions since reset are compared, where the core sleeps: after a
    pattern on the console Renode goes on to the end of its block, and what is sent then comes at
    another moment. After an inference they are not compared, because the bytes of the cycles in
    the answer decide how many instructions its encoding takes.
    """
    client = Client(machine.engine, stimulus.limit)
    steps: list[Step] = []
    try:
        client.start(after=lambda what: steps.append(_asleep(machine, stimulus, what)))
        for features, answer in client.answers(stimulus.features):
            outputs = " ".join(output.tobytes().hex() for output in answer.outputs)
            steps.append(Step(f"output for {features.name}", outputs))
            machine.run(Stop(), stimulus.limit)
    except LinkError as error:
        fault = client.stopped.fault if client.stopped is not None else None
        steps.append(_fault_step(fault) if fault else Step(_UNANSWERED, error.message))
    return [*steps, Step("console text", client.console_text)], client.stopped


def _asleep(machine: LoadedMachine, stimulus: Stimulus, after: str) -> Step:
    reason = machine.run(Stop(), stimulus.limit)
    asleep = reason.kind is StopKind.IDLE
    value = f"{reason.instructions:,}" if asleep else "(it does not sleep)"
    return Step(f"instructions until it sleeps after {after}", value)


def _let_run(machine: LoadedMachine, stimulus: Stimulus) -> tuple[list[Step], StopReason | None]:
    """Run to the pattern or the limit.

    The count is compared where it says something: not after a limit, which is where both engines
    were to stop, nor after a pattern, where Renode goes on to the end of its block.
    """
    machine.send(stimulus.send)
    reason = machine.run(Stop(uart=stimulus.until), stimulus.limit)
    transcript = machine.engine.uart.transcript
    if reason.kind is StopKind.UART and stimulus.until is not None:
        transcript = transcript[: _end_of_match(stimulus.until, transcript)]
    steps = [
        Step("console", readable(transcript)),
        Step("why the run ended", reason.kind.value),
    ]
    if reason.fault is not None:
        steps.append(_fault_step(reason.fault))
    elif reason.kind not in (StopKind.LIMIT, StopKind.UART):
        steps.append(Step("instructions", f"{reason.instructions:,}"))
        steps.append(Step("pc", f"0x{reason.pc:08x}"))
    return steps, reason


def _fault_step(fault: FaultState) -> Step:
    return Step("the instruction that faults", f"0x{fault.pc:08x}")


def _end_of_match(pattern: bytes, transcript: bytes) -> int:
    """Where the match ends: what an engine sent after it depends on when it stopped."""
    match = re.search(pattern, transcript, re.DOTALL)
    return match.end() if match is not None else len(transcript)


def _shortened(one: str, other: str) -> tuple[str, str]:
    """Two long texts from a little before their first difference on."""
    same = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    start = max(0, same - _AROUND)
    dots = "..." if start else ""
    end = same + 2 * _AROUND
    return tuple(dots + text[start:end] for text in (one, other))  # type: ignore[return-value]
