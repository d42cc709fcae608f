"""What all commands say besides their results: errors, warnings, progress; and results as JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.errors import UserError
from workbench.report.terminal import print_lines, terminal

if TYPE_CHECKING:
    from pathlib import Path


def print_error(message: str, hint: str = "") -> None:
    """Print what is wrong, and what to do about it, on stderr."""
    console = terminal(stderr=True)
    console.print("error:", style="bold red", end=" ")
    console.print(message, markup=False, highlight=False, soft_wrap=True)
    if hint:
        console.print("hint:", style="bold", end=" ")
        console.print(hint, markup=False, highlight=False, soft_wrap=True)


def print_warnings(warnings: Iterable[str]) -> None:
    """Print on stderr what an engine has warned of."""
    print_lines((f"warning: {warning}" for warning in warnings), stderr=True)


def print_json(value: Any) -> None:
    """Print `value` (a dataclass, or anything `to_json` takes) as one JSON document."""
    import json

    from workbench.support.serialize import to_json

    sys.stdout.write(json.dumps(to_json(value), indent=2) + "\n")


def end_with(exit_code: int) -> None:
    """End the command with what its result says, once that has been shown."""
    if exit_code:
        raise SystemExit(exit_code)


@contextmanager
def progress(text: str) -> Iterator[Callable[[str], None]]:
    """Show on stderr what is being done, nothing where no one watches; yields how to change it."""
    console = terminal(stderr=True)
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
