"""`workbench profile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import print_json, print_warnings, read_input
from workbench.cli.options import (
    ElfArgument,
    EngineOption,
    InputOption,
    JsonOption,
    LimitOption,
    PlatformOption,
    ReplOption,
    TrustOption,
    UartOption,
    UartPacingOption,
)
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from workbench.profile.values import Profile

app = typer.Typer(add_completion=False)


@app.command()
def profile(
    elf: ElfArgument,
    platform: PlatformOption = None,
    repl: ReplOption = None,
    trust_scripts: TrustOption = False,
    uart: UartOption = None,
    uart_pacing: UartPacingOption = None,
    function: Annotated[
        str | None,
        typer.Option(
            "--function",
            metavar="POINT",
            help="The first call of this function, a symbol or an address; else the whole run.",
        ),
    ] = None,
    features: Annotated[
        Path | None,
        typer.Option(
            "--features",
            metavar="FILE",
            help="Recording or features for our firmware: the inference of its first input.",
        ),
    ] = None,
    input: InputOption = None,
    clock: Annotated[
        int | None,
        typer.Option(
            "--clock", metavar="MHZ", help="Core clock in MHz; else the board's.", min=1, max=1000
        ),
    ] = None,
    limit: LimitOption = "10s",
    top: Annotated[int, typer.Option("--top", metavar="N", help="Rows of each table.", min=1)] = 12,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write a page with a flame graph.")
    ] = None,
    speedscope: Annotated[
        Path | None,
        typer.Option("--speedscope", metavar="FILE", help="Write a file for speedscope.app."),
    ] = None,
    collapsed: Annotated[
        Path | None,
        typer.Option(
            "--collapsed", metavar="FILE", help="Write collapsed stacks, as flame graphs read them."
        ),
    ] = None,
    engine: EngineOption = EngineChoice.AUTO,
    json: JsonOption = False,
) -> None:
    """Where the cycles go: by operator, function, source line and call path.

    Instructions are counted, cycles are modelled. Exits with 1 where the firmware crashed.
    """
    from workbench.image import Image
    from workbench.machine import open_machine
    from workbench.platform import select_platform
    from workbench.profile.record import ProfileRequest
    from workbench.profile.record import profile as run_profile
    from workbench.report.profile import print_profile
    from workbench.runs.limits import parse_limit
    from workbench.runs.verdict import require_good_end

    image = Image.from_file(elf)
    target = select_platform(platform, repl=repl, uart=uart, uart_pacing=uart_pacing)
    request = ProfileRequest(
        limit=parse_limit(limit),
        function=function,
        features=(features,) if features else (),
        send=read_input(input, features),
        clock_hz=clock * 1_000_000 if clock else None,
    )
    with open_machine(engine.value, image, target) as machine:
        found = run_profile(machine, request)
    _write(found, html, speedscope, collapsed)
    if json:
        print_json(found)
    else:
        print_profile(found, top)
    print_warnings(found.warnings)
    require_good_end(found.failure)


def _write(
    found: Profile, html: Path | None, speedscope: Path | None, collapsed: Path | None
) -> None:
    from json import dumps

    from workbench.support.files import write_atomically

    if html is not None:
        from workbench.report.html import profile_page

        write_atomically(html, profile_page(found))
    if speedscope is not None:
        from workbench.report.speedscope import speedscope as document

        write_atomically(speedscope, dumps(document(found)) + "\n")
    if collapsed is not None:
        from workbench.report.collapsed import collapsed as stacks

        write_atomically(collapsed, stacks(found))
