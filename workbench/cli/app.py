"""The root of the command line: lazy commands, --version, --debug, and what errors look like."""

from __future__ import annotations

import errno
import importlib
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from workbench import __version__
from workbench.cli.console import print_error
from workbench.cli.interrupts import interrupted, lost_interrupts
from workbench.errors import INTERRUPTED, UserError, WorkbenchError
from workbench.support.files import FOR_NAMES

COMMANDS: dict[str, str] = {
    "demo": "Build, boot and classify on every board, and show what it cost.",
    "doctor": "Say what is installed, what is missing and how to get it.",
    "build": "Build the demo firmware and show its footprint.",
    "run": "Boot any ELF, show its UART live and say why it stopped.",
    "classify": "Classify recordings or features on an emulated board.",
    "measure": "Count the instructions between two points or of one function.",
    "bench": "Boards x kernels: outputs, instructions, memory, latency.",
    "test": "Run Robot Framework suites on emulated boards.",
    "parity": "Run both engines on the same input and say the first difference.",
    "gdb": "Serve a board to gdb-multiarch, halted at reset.",
    "profile": "Where the cycles go: by operator, function, line and call path.",
    "compare": "Set two saved benches side by side; fail on a regression.",
    "model": "Inspect or train a TensorFlow Lite model.",
    "repl": "Check platform descriptions in Renode's language.",
    "renode": "Install a portable Renode, and see that it works.",
}
"""Command -> its one line in `workbench --help`; the module is `workbench.cli.<command>`."""

INTERNAL_ERROR = 3
_DISK_HINTS = {
    errno.ENOSPC: "free some space and run the command again; nothing half-written was left",
    errno.EACCES: "you may not read or write there; choose another file or folder",
    errno.EROFS: "that file system is read-only; choose another folder",
    errno.EISDIR: "name a file in that folder",
    errno.EEXIST: "a file stands where a folder is needed; choose another path",
    errno.ENOTDIR: "a file stands where a folder is needed; choose another path",
    errno.ENOENT: "check the path",
}


class ReaderLeft(Exception):  # noqa: N818 - not an error: `workbench ... | head`
    """Whoever read our output has closed the pipe."""


@contextmanager
def _closed_pipe_as_reader_left() -> Iterator[None]:
    """Raise ReaderLeft for a closed pipe: Typer would end with exit code 1 for the OSError."""
    try:
        yield
    except BrokenPipeError as error:
        raise ReaderLeft from error


class LazyGroup(TyperGroup):
    """Imports a command's module when that command is used, not before.

    Help is plain text: whole at every width, brackets and all, and shown in half the time.
    """

    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a command, or give its name and summary where only a list is shown."""
        if cmd_name not in COMMANDS:
            return None
        if self._listing:
            return TyperCommand(cmd_name, callback=None, short_help=COMMANDS[cmd_name])
        module = importlib.import_module(f"workbench.cli.{cmd_name}")
        module.app.rich_markup_mode = None
        return typer.main.get_command(module.app)

    def make_context(self, *arguments: Any, **options: Any) -> Any:
        """Parse the command line; see `_closed_pipe_as_reader_left` for the errors."""
        with _closed_pipe_as_reader_left():
            return super().make_context(*arguments, **options)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; see `_closed_pipe_as_reader_left` for the errors."""
        with _closed_pipe_as_reader_left():
            return super().invoke(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help without importing any command."""
        with self._listed():
            super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> Any:
        """Complete the name of a command without importing any."""
        with self._listed():
            return super().shell_complete(ctx, incomplete)

    @contextmanager
    def _listed(self) -> Iterator[None]:
        """Within, commands are asked for to be named only."""
        self._listing = True
        try:
            yield
        finally:
            self._listing = False


app = typer.Typer(
    name="workbench",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"workbench {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the logs of an engine that fails.")] = (
        False
    ),
) -> None:
    """Boot, check, count and explain TinyML firmware for Cortex-M4 on emulated boards."""
    if keep:
        os.environ["WORKBENCH_KEEP"] = "1"  # read by `engines.renode.process`


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 done, 1 a check failed, 2 the input or the set-up is at fault, 3 the workbench broke,
    130 interrupted; a reader that closed the pipe ends the command quietly.
    """
    _open_streams()
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    # --debug is taken before and behind the command's name.
    arguments = [argument for argument in arguments if argument != "--debug"]
    lost: list[BaseException] = []
    try:
        with lost_interrupts(lost):
            code = _run(arguments)
        sys.stdout.flush()
        return INTERRUPTED if lost else code
    except WorkbenchError as error:
        if lost or interrupted(error):
            return INTERRUPTED
        if debug:
            raise
        print_error("\n".join(error.lines), error.hint)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except (ReaderLeft, BrokenPipeError):
        return _reader_left()
    except OSError as error:
        if debug:
            raise
        print_error(_without_errno(error), _DISK_HINTS.get(error.errno or 0, ""))
        return UserError.exit_code
    except Exception as error:
        if lost or interrupted(error):
            return INTERRUPTED
        if debug:
            raise
        print_error(
            f"internal error: {type(error).__name__}: {error}",
            "this is a fault of the workbench; `workbench --debug ...` shows the traceback",
        )
        return INTERNAL_ERROR


def _run(arguments: list[str]) -> int:
    try:
        app(arguments, prog_name="workbench")
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
    return 0


def _open_streams() -> None:
    """Let what nobody wants to read go nowhere (`workbench ... >&-`), and show every name.

    A name of a file may hold what the terminal has no character for, or no character at all.
    """
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - for the life of the process
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors=FOR_NAMES)


def _without_errno(error: OSError) -> str:
    if error.errno == errno.ENOSPC and not error.filename:
        return f"the output cannot be written: {error.strerror}"
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _reader_left() -> int:
    """End as a program killed by SIGPIPE does, without Python's complaint at shutdown."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 128 + signal.SIGPIPE
