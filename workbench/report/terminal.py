"""The terminal that results are shown on: it knows NO_COLOR, pipes and its own width."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from workbench.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.segment import Segment
    from rich.text import Text

MIN_WIDTH = 72  # columns; a narrower terminal folds the lines itself, which cuts no digits off


def terminal(stderr: bool = False, at_least: int = MIN_WIDTH) -> Console:
    """Return the console for results.

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


def print_lines(lines: Iterable[str | Text], stderr: bool = False) -> None:
    """Print each line whole, however narrow the terminal is."""
    console = terminal(stderr)
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
