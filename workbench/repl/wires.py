"""Interrupt and GPIO connections: `[0-3, Error] -> nvic@[4-7, 9] | other@[0-4]`."""

from __future__ import annotations

from workbench.repl.cursor import Cursor
from workbench.repl.description import Wire
from workbench.repl.lexer import Kind
from workbench.repl.syntax import Connection
from workbench.repl.values import ValueParser

MAX_ENDS = 4096  # of one attribute: more than any interrupt controller has lines
_MAX_PIN = 1 << 31

End = str | int


class WireParser:
    """Reads what stands around a `->`."""

    def __init__(self, cursor: Cursor, values: ValueParser) -> None:
        self._cursor = cursor
        self._values = values

    def connection(self) -> Connection:
        """Read one connection: its sources, `->`, and where it leads."""
        cursor = self._cursor
        several = cursor.at_mark("[")
        sources: list[End] = [""]
        if several:
            sources = self._ends(source=True)
        elif not cursor.at_mark("->"):
            sources = self._end(source=True)
        if not cursor.at_mark("->"):
            raise cursor.unexpected(
                "an attribute",
                hint="attributes are 'name: value', 'source -> target@pin' and 'init:'",
            )
        arrow = cursor.advance()
        if not several and cursor.accept_word("none"):
            return Connection(tuple(sources), ())
        wires: list[Wire] = []
        while True:
            wires += self._destination(sources, several)
            if not (cursor.accept("|") or cursor.at_name()):
                break
        if len(wires) > MAX_ENDS:
            raise cursor.error(f"more than {MAX_ENDS} wires in one attribute", arrow)
        return Connection(tuple(sources), tuple(wires))

    def _destination(self, sources: list[End], several: bool) -> list[Wire]:
        cursor = self._cursor
        first = cursor.token
        target = self._values.reference("the peripheral that the wire leads to")
        index = cursor.integer("a local index", _MAX_PIN) if cursor.accept("#") else None
        cursor.expect("@", "and the input of the target")
        if several and not cursor.at_mark("["):
            raise cursor.unexpected("'[' for as many inputs as there are sources")
        pins = self._ends(source=False) if several else self._end(source=False)
        if len(pins) != len(sources):
            raise cursor.error(
                f"{len(sources)} outputs are connected to {len(pins)} inputs of '{target}'", first
            )
        return [
            Wire(source, target, int(pin), index) for source, pin in zip(sources, pins, strict=True)
        ]

    def _ends(self, *, source: bool) -> list[End]:
        cursor = self._cursor
        cursor.expect("[")
        ends = self._end(source=source)
        while cursor.accept(","):
            ends += self._end(source=source)
            if len(ends) > MAX_ENDS:
                raise cursor.error(f"more than {MAX_ENDS} lines in one attribute")
        cursor.expect("]", "or ',' after the line numbers")
        return ends

    def _end(self, *, source: bool) -> list[End]:
        """A number, a range of numbers, or the name of an output."""
        cursor = self._cursor
        if source and cursor.at_name():
            return [cursor.advance().text]
        if cursor.token.kind is not Kind.NUMBER:
            raise cursor.unexpected("a line number" + (", a name or an attribute" * source))
        begin = cursor.integer("a line number", _MAX_PIN)
        if not cursor.accept("-"):
            return [begin]
        token = cursor.token
        end = cursor.integer("the last line of the range", _MAX_PIN)
        if end == begin:
            raise cursor.error(f"a range from {begin} to {end}", token, "write a single number")
        if abs(end - begin) >= MAX_ENDS:
            raise cursor.error(f"a range of more than {MAX_ENDS} lines", token)
        step = 1 if end > begin else -1
        return list(range(begin, end + step, step))
