"""`workbench parity`."""

from __future__ import annotations

import typer

from workbench.cli.console import print_json, print_warnings, progress, read_input
from workbench.cli.options import (
    ElfArgument,
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
    UntilOption,
)

app = typer.Typer(add_completion=False)


@app.command()
def parity(
    elf: ElfArgument,
    platform: PlatformOption = None,
    repl: ReplOption = None,
    trust_scripts: TrustOption = False,
    uart: UartOption = None,
    uart_pacing: UartPacingOption = None,
    features: FeaturesOption = None,
    until: UntilOption = None,
    function: FunctionOption = None,
    begin: FromOption = None,
    end: ToOption = None,
    input: InputOption = None,
    limit: LimitOption = "10s",
    json: JsonOption = False,
) -> None:
    """Run both engines on the same input: console, outputs and instruction counts must be equal.

    Exits with 1 where they are not, and says the first difference, or where the firmware did not
    end well.
    """
    from workbench.errors import UserError
    from workbench.image import Image
    from workbench.platform import select_platform
    from workbench.report.parity import print_parity
    from workbench.runs.limits import parse_limit
    from workbench.runs.parity import Stimulus, require_parity
    from workbench.runs.parity import parity as compare
    from workbench.runs.running import stop_pattern

    if features and until is not None:
        raise UserError("both --features and --until are given", "give one of them")
    stimulus = Stimulus(
        limit=parse_limit(limit),
        features=tuple(features or ()),
        send=read_input(input, features),
        until=stop_pattern(until),
        function=function,
        begin=begin,
        end=end,
    )
    image = Image.from_file(elf)
    target = select_platform(platform, repl=repl, uart=uart, uart_pacing=uart_pacing)
    with progress("running both engines"):
        report = compare(image, target, stimulus)
    if json:
        print_json(report)
    elif report.difference is None:
        print_parity(report)
    print_warnings(report.warnings)
    require_parity(report)
