"""`workbench renode`: bring a Renode."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from workbench.cli.console import print_json
from workbench.cli.options import JsonOption
from workbench.report.terminal import print_lines

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Install a portable Renode.")

_MB = 1_000_000
_STEPS = 10  # lines about a download


@app.callback()
def renode() -> None:
    """Install a portable Renode."""


@app.command(short_help="Bring a portable Renode, check it, and see that it works.")
def install(
    version: Annotated[
        str, typer.Option("--version", metavar="X.Y.Z", help="Another release than the pinned one.")
    ] = "",
    sha256: Annotated[
        str,
        typer.Option(
            "--sha256", metavar="HEX", help="The archive's checksum; needed for other releases."
        ),
    ] = "",
    source: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="The archive, downloaded by hand."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Bring a portable Renode into your data folder, where --engine auto and renode find it.

    A download that breaks off is resumed by the next one. Nothing is installed without its
    checksum, and nothing half. Exits with 2 where that fails, or where it does not work here.
    """
    from workbench.engines.renode.discovery import working
    from workbench.engines.renode.install import install as bring

    found = working(bring(version, sha256, source, _Progress()), again=True)
    if json:
        print_json(found)
    else:
        print_lines((f"{found}: loaded, runs",))


class _Progress:
    """Says on stderr how far a download is, a few times."""

    def __init__(self) -> None:
        self._told = -1

    def __call__(self, done: int, total: int) -> None:
        step = done * _STEPS // total if total else 0
        if step != self._told:
            self._told = step
            of = f" of {total / _MB:.0f}" if total else ""
            print(f"downloaded {done / _MB:.0f}{of} MB", file=sys.stderr, flush=True)
