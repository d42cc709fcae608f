"""`workbench profile`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.console import output, print_json, print_warnings, read_input
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
)
from workbench.cli.plain_table import print_table
from workbench.engines import EngineChoice

if TYPE_CHECKING:
    from workbench.profile.values import Profile

app = typer.Typer(add_completion=False)

_NO_LINES = "no source lines: the image names none for what ran (compile with -g)"


@app.command()
def profile(
    elf: ElfArgument,
    platform: PlatformOption = None,
    repl: ReplOption = None,
    trust_scripts: TrustOption = False,
    uart: UartOption = None,
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
    from workbench.platform import load_platform
    from workbench.profile.record import Request
    from workbench.profile.record import profile as run_profile
    from workbench.runs.ending import require_good_end
    from workbench.runs.limits import parse_limit

    image = Image.load(elf)
    target = load_platform(platform, repl=repl, uart=uart)
    request = Request(
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
        _print(found, top)
    print_warnings(found.warnings)
    require_good_end(found.ending)


def _write(
    found: Profile, html: Path | None, speedscope: Path | None, collapsed: Path | None
) -> None:
    from json import dumps

    from workbench.profile import export
    from workbench.support.files import write_atomically

    if html is not None:
        from workbench.report.html import profile_page

        write_atomically(html, profile_page(found))
    if speedscope is not None:
        write_atomically(speedscope, dumps(export.speedscope(found)) + "\n")
    if collapsed is not None:
        write_atomically(collapsed, export.collapsed(found))


def _print(found: Profile, top: int) -> None:
    from workbench.report.names import short_name, short_names
    from workbench.support.text import significant

    console = output()
    cycles = found.cycles
    console.print(
        f"{found.what} on {found.platform} at {found.clock_hz / 1e6:g} MHz: "
        f"{found.instructions:,} instructions, {cycles.best:,} cycles modelled "
        f"({cycles.low:,} to {cycles.high:,}), "
        f"{significant(found.seconds(cycles.best) * 1e3)} ms",
        markup=False,
        soft_wrap=True,
    )
    whole = cycles.best or 1
    names = short_names(found.function_names)
    if found.operators:
        _table(
            ("operator", "output", "MACs", "instructions", "cycles", "share", "a MAC"),
            2,
            [
                (
                    f"{one.name} #{one.index}",
                    "x".join(map(str, one.shape)),
                    f"{one.macs:,}",
                    f"{one.instructions:,}",
                    f"{one.cycles.best:,}",
                    f"{one.cycles.best / whole:.1%}",
                    f"{one.cycles_per_mac:.2f}" if one.cycles_per_mac is not None else "",
                )
                for one in found.operators
            ],
        )
    _table(
        ("function", "calls", "instructions", "cycles", "share", "with callees"),
        1,
        [
            (
                names[one.name],
                f"{one.calls:,}",
                f"{one.instructions:,}",
                f"{one.cycles:,}",
                f"{one.cycles / whole:.1%}",
                f"{one.total_cycles:,}",
            )
            for one in found.functions[:top]
        ],
    )
    _table(
        ("caller", "callee", "calls", "callee's cycles", "share"),
        2,
        [
            (
                names[one.caller],
                names[one.callee],
                f"{one.calls:,}",
                f"{one.cycles:,}",
                f"{one.cycles / whole:.1%}",
            )
            for one in found.calls[:top]
        ],
    )
    _table(
        ("line", "in", "instructions", "cycles"),
        2,
        [
            (
                f"{one.file}:{one.line}",
                " > ".join((names[one.function], *map(short_name, one.inlined))),
                f"{one.instructions:,}",
                f"{one.cycles:,}",
            )
            for one in found.lines[:top]
        ],
    )
    if not found.lines:
        console.print(f"\n{_NO_LINES}", style="dim")


def _table(headings: tuple[str, ...], names: int, rows: list[tuple[str, ...]]) -> None:
    if rows:
        output().print()
        print_table(headings, names, rows)
