"""What all commands print with: errors on stderr, one JSON document or tables on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.errors import UserError
from workbench.support.text import printable

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.segment import Segment
    from rich.text import Text


MIN_WIDTH = 72  # columns; a narrower terminal folds the lines itself, which cuts no digits off


def print_error(message: str, hint: str = "") -> None:
    """Print what is wrong, and what to do about it, on stderr."""
    console = output(stderr=True)
    console.print("error:", style="bold red", end=" ")
    console.print(message, markup=False, highlight=False, soft_wrap=True)
    if hint:
        console.print("hint:", style="bold", end=" ")
        console.print(hint, markup=False, highlight=False, soft_wrap=True)


def print_warnings(warnings: Iterable[str]) -> None:
    """Print on stderr what an engine has warned of."""
    console = output(stderr=True)
    for warning in warnings:
        console.print(f"warning: {warning}", markup=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """Print `value` (a dataclass, or anything `to_json` takes) as one JSON document."""
    import json

    from workbench.support.serialize import to_json

    sys.stdout.write(json.dumps(to_json(value), indent=2) + "\n")


def output(stderr: bool = False, at_least: int = MIN_WIDTH) -> Console:
    """Return the console for results; it knows NO_COLOR, pipes and the terminal's width.

    at_least: columns that what is printed needs, even where the terminal has fewer.
    """
    from rich.console import Console

    class Output(Console):
        """Shows all text as it is: no markup in it, and nothing in it that drives the terminal.

        A command whose reader has left is ended by the root of the command line.
        """

        def render_str(self, text: str, **options: Any) -> Text:
            return super().render_str(printable(text), **options)  # tables measure this

        def render(self, *arguments: Any, **options: Any) -> Iterator[Segment]:
            for segment in super().render(*arguments, **options):
                text = segment.text if segment.control else printable(segment.text)
                yield segment if text == segment.text else segment._replace(text=text)

        def on_broken_pipe(self) -> None:
            raise BrokenPipeError

    console = Output(stderr=stderr, highlight=False, emoji=False, markup=False)
    console.width = max(console.width, at_least)
    return console


@contextmanager
def progress(text: str) -> Iterator[Callable[[str], None]]:
    """Show on stderr what is being done, nothing where no one watches; yields how to change it."""
    console = output(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    spinner = "dots" if console.encoding.startswith("utf") else "line"
    with console.status(text, spinner=spinner) as status:
        yield status.update


def read_input(path: Path | None, features: object = None) -> bytes:
    """Return the bytes of `--input`: of a file, of stdin for `-`, none where it is not given.

    Raises UserError where there are `features` besides: they take the same way.
    """
    if path is None:
        return b""
    if features:
        raise UserError("both --features and --input are given", "give one of them")
    if str(path) == "-":
        return sys.stdin.buffer.read() if sys.stdin else b""
    from workbench.support.files import MIB, read_file

    hint = "--input takes a file with the bytes to send, or - for stdin"
    return read_file(path, UserError, hint, most=16 * MIB)
