"""Nothing that comes from a file or from firmware drives the terminal."""

import json

import pytest
from rich.table import Table
from rich.text import Text

from workbench.cli.console import print_error, print_json, print_warnings
from workbench.errors import CheckFailedError, ReplError
from workbench.report.plain_table import print_table
from workbench.report.terminal import terminal
from workbench.text import printable

HOSTILE = [
    "\x1b[2J",  # clears the screen
    "\x1b]0;title\x07",
    "\x9b31m",  # the same as ESC [, in one character
    "\x08\x08",
    "\r",
    "\x7f",
    "\u202e",  # writes from right to left from here on
    "\u2028",
    "\udcff",  # a byte of a file's name that is not text
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_is_shown_with_its_odd_characters_as_numbers(hostile):
    shown = printable(f"a{hostile}b\n\tc")
    assert shown.replace("\n", "").replace("\t", "").isprintable()
    assert shown.startswith("a\\") and shown.endswith("b\n\tc")


@pytest.mark.parametrize("text", ["plain", "äöü 日本 \u00a0 \u3000", "a\tb\nc", "[red]x[/red]", ""])
def test_text_that_is_only_text_stays(text):
    assert printable(text) == text


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize(
    "show",
    [
        lambda text: terminal().print(text),
        lambda text: terminal().print(text, style="bold red", soft_wrap=True),
        lambda text: terminal().print(Text(text)),
        lambda text: terminal().print(_in_a_table(text)),
        lambda text: print_table((text, "n"), 1, [(text, "1")]),
        lambda text: print_error(text, text),
        lambda text: print_warnings([text]),
    ],
)
def test_no_way_of_showing_it_lets_it_through(show, hostile, capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    monkeypatch.setenv("COLUMNS", "200")
    show(f"name{hostile}end")
    shown = "".join(capsys.readouterr())
    assert "name" in shown and "end" in shown
    assert hostile not in shown.replace("\x1b[1;31m", "").replace("\x1b[0m", "")


def _in_a_table(text):
    table = Table(text, box=None)
    table.add_row(text)
    return table


@pytest.mark.parametrize(
    "error", [CheckFailedError("a\x1b[2J", "b\x1b[2J"), ReplError("\x1b", file="f")]
)
def test_an_error_is_text_wherever_it_is_shown(error):
    assert "\x1b" not in str(error) + error.message + error.hint + repr(error)


def test_json_has_them_escaped_as_json_does(capsys):
    print_json({"name": "a\x1b[2J\x9b"})
    shown = capsys.readouterr().out
    assert "\\u001b" in shown and "\\u009b" in shown
    assert json.loads(shown) == {"name": "a\x1b[2J\x9b"}
