"""Count instructions on any ELF: load it, drive it, and gauge one function or a stretch of code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.cost import Latency, modelled_latencies
from workbench.engines.base import Engine, Limit, Stop, StopKind
from workbench.errors import CheckFailedError, ImageError, UserError
from workbench.fault.diagnosis import Diagnosis, diagnose
from workbench.fault.told import crash_told
from workbench.gauge import BetweenPoints, FunctionCalls, Gauge, Measurement, Probe
from workbench.image import Image
from workbench.link import Client
from workbench.model.features import read_features
from workbench.platform import Platform
from workbench.timing.model import CycleModel


@dataclass(frozen=True)
class MeasureReport:
    """What was counted, on what, and why the run ended (None where features drove it).

    latencies: of the first call or passage, modelled at the platform's clocks; its first entry is
    the clock that the board's firmware sets up. diagnosis: why the firmware crashed, if it did.
    """

    image: str
    platform: str
    engine: str
    measurement: Measurement
    stop: StopKind | None
    latencies: tuple[Latency, ...] = ()
    diagnosis: Diagnosis | None = None


def gauge_for(
    image: Image,
    function: str | None,
    begin: str | None,
    end: str | None,
    wanted: int | None = None,
) -> Gauge:
    """Return the gauge for one function, or from `begin` to `end`: symbols, or addresses.

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


def address_of(image: Image, point: str) -> int:
    """Return the code address that `point` names: a symbol, or a number such as 0x08000190.

    Raises ImageError where the image has no such symbol, or it is that of data.
    """
    try:
        return int(point, 0) & ~1
    except ValueError:
        symbol = image.symbol(point)
    if not image.holds_code(symbol):
        raise ImageError(
            f"{image.path}: {point!r} is data at 0x{symbol.address:08x}, it is never executed",
            hint="Name a function or a label in code, or give an address.",
        )
    return symbol.address & ~1


def measure_run(
    engine: Engine,
    image: Image,
    platform: Platform,
    gauge: Gauge,
    limit: Limit,
    send: bytes = b"",
) -> MeasureReport:
    """Run `image` until the gauge has what it wanted, or `limit`; `send` goes to the console.

    Raises CheckFailedError where what was to be measured was never seen to end.
    """
    gauge.trace_next()
    engine.load(image, platform)
    if send:
        engine.uart.write(send)
    probe = Probe(engine, gauge, stop_when_done=True)
    reason = probe.run(Stop(), limit)
    with crash_told(probe, image, platform):
        ended = f"the run ended with '{reason.kind.value}' at 0x{reason.pc:08x}"
        measurement = _seen(gauge, ended)
    return MeasureReport(
        str(image.path),
        platform.name,
        engine.name,
        measurement,
        reason.kind,
        _latencies(gauge, platform),
        diagnose(engine, image, platform, reason),
    )


def measure_inferences(
    engine: Engine, image: Image, platform: Platform, gauge: Gauge, files: Sequence[Path]
) -> MeasureReport:
    """Boot firmware that speaks our UART protocol and give it all that is in `files`.

    Raises CheckFailedError where what was to be measured was never seen to end.
    """
    gauge.trace_next()
    engine.load(image, platform)
    probe = Probe(engine, gauge)
    client = Client(probe)
    with crash_told(probe, image, platform):
        client.boot()
        hello = client.hello()
        shape = hello.inputs[0].shape if hello.inputs else ()
        for features in (one for file in files for one in read_features(file, shape)):
            client.infer_float32(features.values)
            if gauge.done:
                break
    measurement = _seen(gauge, "all features were answered")
    latencies = _latencies(gauge, platform)
    return MeasureReport(str(image.path), platform.name, engine.name, measurement, None, latencies)


def _latencies(gauge: Gauge, platform: Platform) -> tuple[Latency, ...]:
    if gauge.trace is None:
        return ()
    others = (hz for hz in platform.report_clocks_hz if hz != platform.clock_hz)
    clocks = (platform.clock_hz, *others)
    return modelled_latencies(CycleModel.of(platform).estimates(gauge.trace, clocks))


def _seen(gauge: Gauge, ended: str) -> Measurement:
    measurement = gauge.result()
    if not measurement.calls:
        what = "was begun but not seen to end" if measurement.unfinished else "was never reached"
        raise CheckFailedError(
            f"{measurement.what} {what}; {ended}",
            "raise --limit, give --input or --features so that the firmware has work, "
            "or check the names",
        )
    return measurement
