"""The command line: a Typer app, one file a command; nothing is computed here.

Each command module offers `app`, a `typer.Typer`: with one command it becomes `workbench NAME`,
with several (and a callback) the group `workbench NAME SUB`. Its name and one-line help stand in
`workbench.cli.app.COMMANDS`, so that `workbench --help` imports no command module. What a command
module needs for its work it imports inside the function.
"""

from __future__ import annotations

import gc

from workbench.errors import INTERRUPTED

# Most commands are over before they have made garbage; to look for it from each 700 new objects
# on, as is the default, takes a tenth of their time.
_OBJECTS_UNTIL_COLLECTION = 500_000


def main() -> None:
    """Run the command line; never returns normally.

    Ctrl-C is quiet from here on: while modules are imported, while a command runs, and while the
    interpreter winds up. SIGTERM, as from `timeout` or CI, is the same: what was started is ended.
    """
    gc.set_threshold(_OBJECTS_UNTIL_COLLECTION)
    try:
        import signal

        signal.signal(signal.SIGTERM, signal.default_int_handler)

        from workbench.cli.app import run

        code = run()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
    except KeyboardInterrupt:
        code = INTERRUPTED
    raise SystemExit(code)
