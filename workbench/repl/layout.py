"""Indentation to braces: a .repl may be written either way, and the parser knows only braces.

Outside of braces a line that is indented deeper opens a block, a line that is indented less
closes blocks, and a line at the same depth starts the next statement. One level is four spaces.
Inside braces the layout means nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.errors import ReplError
from workbench.repl.lexer import Kind, Source, Token, read_source, tokenize

SPACES_PER_LEVEL = 4


def lay_out(text: str, file: str) -> tuple[Source, list[Token]]:
    """Return the source and its tokens, layout made explicit, with an END token behind them."""
    source = read_source(text, file)
    tokens: list[Token] = []
    depth = 0  # of braces that stand in the file
    level = 0  # of indentation
    for line in _lines(source, tokenize(source)):
        if depth <= 0:
            new = _level(source, line[0], first=not tokens)
            if tokens:
                tokens += _marks(tokens[-1], line[0], level, new)
            level = new
        tokens += line
        depth += sum(
            {"{": 1, "}": -1}.get(token.text, 0) for token in line if token.kind is Kind.MARK
        )
    if tokens:
        end = tokens[-1]
        tokens += [_virtual("}", end)] * level
    tokens.append(_end(source))
    return source, tokens


def _lines(source: Source, tokens: list[Token]) -> Iterator[list[Token]]:
    """Group tokens by line; what follows a multi-line string belongs to the line it began on."""
    line: list[Token] = []
    for token in tokens:
        if line and "\n" in source.text[line[-1].end : token.start]:
            yield line
            line = []
        line.append(token)
    if line:
        yield line


def _level(source: Source, token: Token, *, first: bool) -> int:
    def error(message: str, hint: str = "") -> ReplError:
        return ReplError(message, file=source.file, line=token.line, column=token.column, hint=hint)

    start = source.line_start(token.start)
    indent = source.text[start : token.start]
    if any(start <= comment < token.start for comment in source.comment_starts):
        raise error(
            "a comment stands before the text of an indented line",
            "put the comment behind the text or on a line of its own",
        )
    if "\t" in indent:
        raise error("this line is indented with a tab", "indent with four spaces for each level")
    if first and indent:
        raise error("the first line with text is indented", "start it in the first column")
    if len(indent) % SPACES_PER_LEVEL:
        raise error(
            f"this line is indented by {len(indent)} spaces",
            f"one level is {SPACES_PER_LEVEL} spaces",
        )
    return len(indent) // SPACES_PER_LEVEL


def _marks(last: Token, following: Token, old: int, new: int) -> list[Token]:
    if new > old:
        return [_virtual("{", following)] * (new - old)
    return [_virtual("}", last)] * (old - new) + [_virtual(";", last)]


def _virtual(mark: str, beside: Token) -> Token:
    """A mark that the layout stands for; errors point to the token `beside` it."""
    offset = beside.start if mark == "{" else beside.end
    return Token(Kind.MARK, mark, beside.line, beside.column, offset, offset, virtual=True)


def _end(source: Source) -> Token:
    text = source.text.rstrip()
    line = text.count("\n") + 1
    column = len(text) - text.rfind("\n")
    return Token(Kind.END, "", line, column, len(text), len(text))
