"""Characters of a .repl file to tokens; comments go, every token keeps its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from workbench.errors import ReplError

MAX_CHARACTERS = 4 * 1024 * 1024  # the largest .repl of Renode 1.16 has 60 KB


class Kind(Enum):
    """What a token is; the values are what error messages call them."""

    NAME = "a name"
    NUMBER = "a number"
    STRING = "a string"
    MARK = "a mark"
    OTHER = "text"  # only means something inside init, preinit and reset blocks
    END = "the end of the file"


@dataclass(frozen=True)
class Token:
    """A token; `start` and `end` are offsets into `Source.text`, line and column count from 1.

    `virtual` marks the braces and semicolons that the indentation stands for.
    """

    kind: Kind
    text: str
    line: int
    column: int
    start: int
    end: int
    virtual: bool = False

    def __str__(self) -> str:
        if self.kind is Kind.END:
            return "the end of the file"
        if self.virtual:
            return {"{": "a deeper indent", "}": "the end of the block"}.get(
                self.text, "the end of the line"
            )
        shown = self.text if len(self.text) <= 40 else self.text[:37] + "..."
        return f"'{shown}'" if self.kind is not Kind.STRING else f'"{shown}"'


@dataclass(frozen=True)
class Source:
    """A file's text with its comments blanked out, so that offsets and columns stay true."""

    file: str
    text: str
    comment_starts: frozenset[int]

    def line_start(self, offset: int) -> int:
        """Return the offset at which the line of `offset` begins."""
        return self.text.rfind("\n", 0, offset) + 1


_TOKEN = re.compile(
    r"""
      (?P<space>[^\S\n]+)
    | (?P<newline>\n)
    | (?P<number>0x[0-9A-Fa-f]+(?:_[0-9A-Fa-f]+)*|\d+(?:_\d+)*(?:\.\d+)?)
    | (?P<name>[^\W\d_]\w*)
    | (?P<mark>->|[;@|:,+<>{}\[\]\-.\#])
    | (?P<other>.)
    """,
    re.VERBOSE,
)
_STRING = re.compile(r'"(?P<body>(?:[^"\\]|\\.)*)"', re.DOTALL)
# The alternatives exclude each other, so that a string without an end is found out in one pass.
_LONG_STRING = re.compile(r"'''(?P<body>(?:[^'\\]|\\\\|\\'''|\\(?!\\|''')|'(?!''))*)'''")
# A `//` in the middle of a word (as in https://...) does not start a comment.
_INTERESTING = re.compile(r"\"|'''|/\*|(?:(?<=\s)|^)//", re.MULTILINE)


def read_source(text: str, file: str) -> Source:
    """Blank the comments of `text`; raise ReplError for a string or comment that never ends."""
    if len(text) > MAX_CHARACTERS:
        raise ReplError(
            f"the file has {len(text)} characters, more than a platform can sensibly have",
            file=file,
            hint="is this a .repl file?",
        )
    text = text.replace("\r", "").removeprefix("\ufeff")
    pieces: list[str] = []
    starts: set[int] = set()
    position = 0
    while found := _INTERESTING.search(text, position):
        begin = found.start()
        pieces.append(text[position:begin])
        if found.group() in ('"', "'''"):
            position = _string_end(text, begin, file)
            pieces.append(text[begin:position])
            continue
        starts.add(begin)
        position = _comment_end(text, begin, file)
        pieces.append(re.sub(r"[^\n]", " ", text[begin:position]))
    pieces.append(text[position:])
    return Source(file, "".join(pieces), frozenset(starts))


def _comment_end(text: str, begin: int, file: str) -> int:
    if text.startswith("//", begin):
        end = text.find("\n", begin)
        return len(text) if end < 0 else end
    end = text.find("*/", begin + 2)
    if end < 0:
        line, column = _place(text, begin)
        raise ReplError("this comment has no '*/'", file=file, line=line, column=column)
    return end + 2


def _string_end(text: str, begin: int, file: str) -> int:
    long = text.startswith("'''", begin)
    found = (_LONG_STRING if long else _STRING).match(text, begin)
    if not found or (not long and "\n" in found.group()):
        line, column = _place(text, begin)
        mark = "'''" if long else '"'
        raise ReplError(
            f"this string is not closed with {mark}",
            file=file,
            line=line,
            column=column,
            hint="" if long else "text over several lines stands between ''' and '''",
        )
    return found.end()


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def tokenize(source: Source) -> list[Token]:
    """Return the tokens of `source` without an END token and without layout."""
    tokens: list[Token] = []
    text = source.text
    position, line, line_start = 0, 1, 0
    while position < len(text):
        kind, shown, end = _next(text, position)
        if kind is not None:
            tokens.append(Token(kind, shown, line, position - line_start + 1, position, end))
        newlines = text.count("\n", position, end)
        if newlines:
            line += newlines
            line_start = text.rfind("\n", position, end) + 1
        position = end
    return tokens


def _next(text: str, position: int) -> tuple[Kind | None, str, int]:
    for pattern in (_STRING, _LONG_STRING):
        if string := pattern.match(text, position):
            return Kind.STRING, _unescape(string["body"], pattern), string.end()
    found = _TOKEN.match(text, position)
    assert found is not None and found.lastgroup is not None  # every character matches
    kind = {
        "number": Kind.NUMBER,
        "name": Kind.NAME,
        "mark": Kind.MARK,
        "other": Kind.OTHER,
    }.get(found.lastgroup)
    return kind, found.group(), found.end()


def _unescape(body: str, pattern: re.Pattern[str]) -> str:
    if pattern is _STRING:
        return re.sub(r'\\(["\\])', r"\1", body)
    return body.replace("\\'''", "'''").replace("\\\\", "\\")
