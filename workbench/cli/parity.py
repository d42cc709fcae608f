"""`workbench parity`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from workbench.cli.console import output, print_json, print_warnings, progress, read_input
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
    UntilOption,
)

if TYPE_CHECKING:
    from workbench.runs.parity import ParityReport

app = typer.Typer(add_completion=False)


@app.command()
def parity(
    elf: ElfArgument,
    platform: PlatformOption = None,
    repl: ReplOption = None,
    trust_scripts: TrustOption = False,
    uart: UartOption = None,
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

    Exits with 1 and says the first difference where they are not, or where the firmware crashed.
    """
    from workbench.errors import UserError
    from workbench.image import Image
    from workbench.platform import load_platform
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
    image = Image.load(elf)
    target = load_platform(platform, repl=repl, uart=uart)
    with progress("running both engines"):
        report = compare(image, target, stimulus)
    if json:
        print_json(report)
    elif report.difference is None:
        _print(report)
    print_warnings(report.warnings)
    require_parity(report)


def _print(report: ParityReport) -> None:
    console = output()
    for step in report.compared:
        value = " / ".join(step.value.splitlines())
        console.print(f"same  {step.what}: {value}", markup=False, soft_wrap=True)
    what = f"{' and '.join(report.engines)} show the same: {len(report.compared)} comparisons"
    console.print(what, style="green", soft_wrap=True)
