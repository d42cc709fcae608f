"""`workbench measure`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output, print_json, print_warnings, read_input
from workbench.cli.options import (
    ElfArgument,
    EngineOption,
    FeaturesOption,
    FromOption,
    FunctionOption,
    InputOption,
    JsonOption,
    LimitOption,
    PlatformOption,
    ReplOption,
    ToOption,
    TrustOption,
    UartOption,
)
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from workbench.runs.measure import MeasureReport

app = typer.Typer(add_completion=False)


@app.command()
def measure(
    elf: ElfArgument,
    platform: PlatformOption = None,
    repl: ReplOption = None,
    trust_scripts: TrustOption = False,
    uart: UartOption = None,
    function: FunctionOption = None,
    begin: FromOption = None,
    end: ToOption = None,
    count: Annotated[
        int | None,
        typer.Option("--count", metavar="N", help="Stop after so many calls.", min=1),
    ] = None,
    features: FeaturesOption = None,
    input: InputOption = None,
    limit: LimitOption = "10s",
    explain: Annotated[
        bool, typer.Option("--explain", help="Show what the modelled cycles are spent on.")
    ] = False,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Count the instructions between two points, or of the calls of one function; model its time.

    Interrupts taken in between are part of the count. A recursive call counts as one of its own
    and as a part of the outer one. Exits with 1 where nothing was counted, or the firmware crashed.
    """
    from workbench.image import Image
    from workbench.machine import open_machine
    from workbench.platform import load_platform
    from workbench.runs.limits import parse_limit
    from workbench.runs.measure import gauge_for, measure_inferences, measure_run, require_measured

    bound = parse_limit(limit)
    send = read_input(input, features)
    image = Image.load(elf)
    gauge = gauge_for(image, function, begin, end, count)
    target = load_platform(platform, repl=repl, uart=uart)
    with open_machine(engine.value, image, target) as machine:
        if features:
            report = measure_inferences(machine, gauge, features, bound)
        else:
            report = measure_run(machine, gauge, bound, send)
    if json:
        print_json(report)
    elif report.measurement.calls:
        _print(report, explain)
    print_warnings(report.warnings)
    require_measured(report)


def _print(report: MeasureReport, explained: bool) -> None:
    from workbench.cli.tables import interval
    from workbench.support.text import counted, significant
    from workbench.timing.explain import explain

    seen = report.measurement
    calls = counted(len(seen.calls), "call")
    lines = [
        f"{seen.what}: instructions over {calls}, {report.engine} engine",
        f"  minimum {seen.minimum:,}",
        f"  median  {seen.median:,.10g}",
        f"  maximum {seen.maximum:,}",
    ]
    if seen.unfinished:
        lines.append(f"  {seen.unfinished} more begun and not seen to end")
    for latency in report.latencies:
        lines.append(
            f"  first call at {latency.clock_hz / 1e6:g} MHz, modelled: "
            f"{latency.cycles.best:,} cycles, {significant(latency.seconds * 1e3)} ms "
            f"({interval(latency)})"
        )
    if explained and report.latencies:
        lines += ["", *explain(report.latencies[0])]
    for line in lines:
        output().print(line, markup=False, soft_wrap=True)
