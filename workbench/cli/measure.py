"""`workbench measure`."""

from __future__ import annotations

from typing import Annotated

import typer

from workbench.cli.console import print_json, print_warnings, read_input
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
    UartPacingOption,
)
from workbench.engines import EngineChoice

app = typer.Typer(add_completion=False)


@app.command()
def measure(
    elf: ElfArgument,
    platform: PlatformOption = None,
    repl: ReplOption = None,
    trust_scripts: TrustOption = False,
    uart: UartOption = None,
    uart_pacing: UartPacingOption = None,
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
    from workbench.platform import select_platform
    from workbench.report.measurement import measurement_lines
    from workbench.report.terminal import print_lines
    from workbench.runs.limits import parse_limit
    from workbench.runs.measure import (
        counter_for,
        measure_inferences,
        measure_run,
        require_measured,
    )

    bound = parse_limit(limit)
    send = read_input(input, features)
    image = Image.from_file(elf)
    counter = counter_for(image, function, begin, end, count)
    target = select_platform(platform, repl=repl, uart=uart, uart_pacing=uart_pacing)
    with open_machine(engine.value, image, target) as machine:
        if features:
            report = measure_inferences(machine, counter, features, bound)
        else:
            report = measure_run(machine, counter, bound, send)
    if json:
        print_json(report)
    elif report.measurement.calls:
        print_lines(measurement_lines(report, explain))
    print_warnings(report.warnings)
    require_measured(report)
