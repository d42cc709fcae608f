"""The command line: a Typer app, one file a command; nothing is computed here.

Each command module offers `app`, a `typer.Typer`: with one command it becomes `workbench NAME`,
with several (and a callback) the group `workbench NAME SUB`. Its name and one-line help stand in
`workbench.cli.app.COMMANDS`, so that `workbench --help` imports no command module. What a command
module needs for its work it imports inside the function.
"""

from __future__ import annotations


def main() -> None:
    """Run the command line; never returns normally."""
    from workbench.cli.app import run

    raise SystemExit(run())
