"""One .repl file: usings, entries and their attributes.

The language is Renode's platform description format; this parser follows its documentation
(https://renode.readthedocs.io, "Platform description format") and what Renode 1.15 to 1.16 read.
"""

from __future__ import annotations

from workbench.repl.cursor import Cursor
from workbench.repl.description import Location, Registration, Value
from workbench.repl.lexer import Kind, Token
from workbench.repl.syntax import (
    Attributes,
    Connection,
    EntryNode,
    FileNode,
    MonitorBlock,
    Using,
)
from workbench.repl.values import ValueParser
from workbench.repl.wires import WireParser

_MONITOR_BLOCKS = ("init", "reset", "preinit")


def parse(text: str, file: str) -> FileNode:
    """Return what `text` says; raise ReplError with the place of the first error."""
    return _Parser(text, file).file()


class _Parser:
    def __init__(self, text: str, file: str) -> None:
        self._cursor = Cursor(text, file)
        self._values = ValueParser(self._cursor, self._attributes)
        self._wires = WireParser(self._cursor, self._values)

    def file(self) -> FileNode:
        cursor = self._cursor
        usings: list[Using] = []
        while cursor.at_word("using"):
            usings.append(self._using())
            while cursor.accept(";"):
                pass
        entries: list[EntryNode] = []
        while not cursor.at_end():
            entries.append(self._entry())
            if not cursor.accept(";") and not cursor.at_end():
                raise cursor.unexpected("the end of the entry or a block in braces")
        return FileNode(cursor.file, tuple(usings), tuple(entries))

    def _using(self) -> Using:
        cursor = self._cursor
        location = cursor.location()
        cursor.advance()
        path = cursor.string("a path")
        prefix = cursor.string("a prefix") if cursor.accept_word("prefixed") else ""
        return Using(path, prefix, location)

    def _entry(self) -> EntryNode:
        cursor, values = self._cursor, self._values
        if cursor.at_word("using"):
            raise cursor.error("'using' has to stand before the first entry")
        first = cursor.token
        local = cursor.accept_word("local")
        location = cursor.location()
        name = cursor.name("the name of an entry")
        cursor.expect(":", "after the name of an entry")
        values.names = []
        type_name = cursor.dotted_name("a type") if cursor.at_name() else ""
        registrations = self._registrations() if cursor.accept("@") else None
        alias = cursor.string("an alias") if cursor.accept_word("as") else None
        attributes = self._attributes()
        if not (type_name or registrations is not None or _says_something(attributes)):
            raise cursor.error(
                f"the entry '{name}' is empty",
                first,
                hint="give it a type, a registration or attributes indented by four spaces",
            )
        return EntryNode(
            name,
            type_name,
            local,
            registrations,
            alias,
            attributes,
            tuple(values.names),
            location,
        )

    def _registrations(self) -> tuple[Registration, ...]:
        cursor = self._cursor
        if cursor.accept_word("none"):
            return ()
        if not cursor.accept("{"):
            return (self._values.registration(),)
        registrations = [self._values.registration()]
        while cursor.accept(";"):
            if cursor.at_mark("}"):
                break
            registrations.append(self._values.registration())
        if not cursor.accept("}"):
            raise cursor.unexpected("';' or '}' in the list of registrations")
        return tuple(registrations)

    def _attributes(self) -> Attributes:
        """The block in braces, or nothing."""
        cursor = self._cursor
        properties: dict[str, Value] = {}
        locations: dict[str, Location] = {}
        connections: list[Connection] = []
        monitor: dict[str, MonitorBlock] = {}
        if cursor.accept("{"):
            while not cursor.accept("}"):
                self._attribute(properties, locations, connections, monitor)
                if not cursor.accept(";") and not cursor.at_mark("}"):
                    raise cursor.unexpected("the end of the attribute")
        return Attributes(properties, tuple(connections), monitor, locations)

    def _attribute(
        self,
        properties: dict[str, Value],
        locations: dict[str, Location],
        connections: list[Connection],
        monitor: dict[str, MonitorBlock],
    ) -> None:
        cursor = self._cursor
        first, location = cursor.token, cursor.location()
        if cursor.at_word(*_MONITOR_BLOCKS):
            kind = cursor.advance().text
            if kind in monitor:
                raise cursor.error(f"a second '{kind}' in the same block", first)
            locations[kind] = location
            monitor[kind] = self._monitor_block(kind)
        elif cursor.at_name() and cursor.ahead().kind is Kind.MARK and cursor.ahead().text == ":":
            name = cursor.advance().text
            cursor.advance()
            if name in properties:
                raise cursor.error(f"'{name}' is given twice in the same block", first)
            locations[name] = cursor.location()
            properties[name] = self._values.property_value()
        else:
            connections.append(self._wires.connection())

    def _monitor_block(self, kind: str) -> MonitorBlock:
        cursor = self._cursor
        add = cursor.accept_word("add")
        cursor.expect(":", f"after '{kind}'")
        cursor.expect("{", f"and indented statements after '{kind}:'")
        lines: list[str] = []
        while not cursor.accept("}"):
            statement = self._monitor_statement(kind)
            if statement:
                lines.append(statement)
            if not cursor.accept(";") and not cursor.at_mark("}"):
                raise cursor.unexpected("the end of the statement")
        return MonitorBlock(tuple(lines), add)

    def _monitor_statement(self, kind: str) -> str:
        cursor = self._cursor
        statement: list[Token] = []
        while not cursor.at_mark(";", "}"):
            if cursor.at_mark("{") or cursor.token.kind is Kind.END:
                raise cursor.unexpected(f"a statement of the '{kind}' block or its end")
            statement.append(cursor.advance())
        return cursor.raw(statement[0], statement[-1]) if statement else ""


def _says_something(attributes: Attributes) -> bool:
    return bool(attributes.properties or attributes.connections or attributes.monitor)
