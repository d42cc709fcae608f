"""Count instructions on any ELF: load it, drive it, and count one function or a stretch of code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workbench.engines.base import Limit, Stop, StopKind, StopReason
from workbench.errors import CheckFailedError, LinkError, UserError
from workbench.fault.diagnosis import Diagnosis
from workbench.fault.explanation import explain
from workbench.image import Image
from workbench.link import Client
from workbench.link.client import DEFAULT_LIMIT
from workbench.machine import LoadedMachine, capture
from workbench.platform import Platform
from workbench.runs.call_counter import (
    BetweenPoints,
    CallCounter,
    FunctionCalls,
    Measurement,
    Probe,
)
from workbench.runs.points import address_of, never_seen
from workbench.runs.verdict import require_good_end
from workbench.support.serialize import NOT_IN_JSON
from workbench.timing.latency import Latency, modelled_latencies
from workbench.timing.model import CycleModel


@dataclass(frozen=True)
class MeasureReport:
    """What was counted, on what, and why the run ended (None where all features were answered).

    latencies: of the first call or passage, modelled at the platform's clocks; its first entry is
    the clock that the board's firmware sets up. diagnosis: why the firmware crashed, if it did.
    exit_code: what it ended itself with, by semihosting, and `detail` says so in words.
    model_error: why its model did not start, "" where it did or there is none.
    failure: all that went wrong, in lines for a reader, "" where nothing did.
    `require_measured` says whether there is anything in it.
    """

    image: str
    platform: str
    engine: str
    measurement: Measurement
    stop: StopKind | None
    latencies: tuple[Latency, ...] = ()
    diagnosis: Diagnosis | None = None
    detail: str = ""
    exit_code: int | None = None
    model_error: str = ""
    warnings: tuple[str, ...] = ()
    failure: str = field(default="", metadata=NOT_IN_JSON)


def counter_for(
    image: Image,
    function: str | None,
    begin: str | None,
    end: str | None,
    wanted: int | None = None,
) -> CallCounter:
    """Return the counter for one function, or from `begin` to `end`: symbols, or addresses.

    `wanted`: be done after so many. Raises UserError unless exactly one of the two is given.
    """
    if function is not None and begin is None and end is None:
        return FunctionCalls(function, address_of(image, function), wanted)
    if function is None and begin is not None and end is not None:
        points = address_of(image, begin), address_of(image, end)
        return BetweenPoints(f"{begin} to {end}", *points, wanted)
    raise UserError(
        "what to measure is not clear",
        "give --function SYMBOL, or both --from and --to (a symbol or an address)",
    )


def measure_run(
    machine: LoadedMachine, counter: CallCounter, limit: Limit, send: bytes = b""
) -> MeasureReport:
    """Run until the counter has what it wanted, or `limit`; `send` goes to the console."""
    counter.trace_next()
    machine.send(send)
    machine = machine.behind(Probe(machine.engine, counter, stop_when_done=True))
    return _report(machine, counter, machine.run(Stop(), limit))


def measure_inferences(
    machine: LoadedMachine,
    counter: CallCounter,
    files: Sequence[Path],
    limit: Limit = DEFAULT_LIMIT,
) -> MeasureReport:
    """Boot firmware that speaks our UART protocol and give it all that is in `files`.

    limit: for each answer. Raises LinkError where it does not answer, unless it crashed, and
    ModelFailedError where its model does not start.
    """
    counter.trace_next()
    machine = machine.behind(Probe(machine.engine, counter))
    try:
        client = Client(machine.engine, limit)
        client.start()
        for _ in client.answers(files):
            if counter.done:
                break
    except LinkError as error:
        report = _report(machine, counter, machine.stopped)
        if report.diagnosis is None:
            error.warnings = report.warnings
            raise
        return report
    return _report(machine, counter, None)


def require_measured(report: MeasureReport) -> None:
    """Raise CheckFailedError where nothing was measured, or the firmware did not end well."""
    if not report.measurement.calls:
        missing = never_seen(report.measurement, report.stop, report.detail)
        if not report.failure:
            raise missing
        raise CheckFailedError(f"{missing.message}\n{report.failure}")
    require_good_end(report.failure)


def _report(
    machine: LoadedMachine, counter: CallCounter, reason: StopReason | None
) -> MeasureReport:
    found = explain(capture(machine, reason))
    ending = found.ending
    return MeasureReport(
        image=str(machine.image.path),
        platform=machine.platform.name,
        engine=ending.engine,
        measurement=counter.result(),
        stop=ending.kind,
        latencies=_latencies(counter, machine.platform),
        diagnosis=found.diagnosis,
        detail=ending.detail or (found.waits_for if ending.kind is StopKind.LIMIT else ""),
        exit_code=ending.exit_code,
        model_error=ending.model_error,
        warnings=ending.warnings,
        failure=found.failure,
    )


def _latencies(counter: CallCounter, platform: Platform) -> tuple[Latency, ...]:
    if counter.trace is None:
        return ()
    others = (hz for hz in platform.report_clocks_hz if hz != platform.clock_hz)
    clocks = (platform.clock_hz, *others)
    return modelled_latencies(CycleModel.of(platform).estimates(counter.trace, clocks))
