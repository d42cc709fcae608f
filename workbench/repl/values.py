"""Values of properties and places of registration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.repl.cursor import Cursor
from workbench.repl.description import (
    Dictionary,
    Empty,
    EnumValue,
    InlineObject,
    Range,
    Reference,
    Registration,
    Value,
)
from workbench.repl.lexer import Kind
from workbench.repl.syntax import Attributes, Name

if TYPE_CHECKING:
    AttributesParser = Callable[[], Attributes]

_BOOLEANS = {"true": True, "True": True, "false": False, "False": False}


class ValueParser:
    """Reads values; `names` collects the peripherals they refer to."""

    def __init__(self, cursor: Cursor, attributes: AttributesParser) -> None:
        self._cursor = cursor
        self._attributes = attributes  # of inline objects: the caller's grammar
        self.names: list[Name] = []

    def property_value(self) -> Value:
        """Return a value, `none` or `empty`."""
        if self._cursor.accept_word("none"):
            return None
        if self._cursor.accept_word("empty"):
            return Empty()
        return self.value()

    def value(self) -> Value:
        """Read one value: a scalar, a list, a dictionary or a peripheral of its own."""
        cursor = self._cursor
        cursor.enter()
        try:
            if cursor.accept("{"):
                return self._dictionary()
            if cursor.accept("["):
                return self._list()
            if cursor.accept_word("new"):
                return self._object()
            return self._scalar()
        finally:
            cursor.leave()

    def starts_registration_point(self) -> bool:
        """Return whether a value other than a dictionary begins here."""
        cursor = self._cursor
        return (
            cursor.token.kind in (Kind.STRING, Kind.NUMBER)
            or cursor.at_mark("<", "-", ".", "[")
            or cursor.at_word("new", *_BOOLEANS)
            or cursor.at_name()
        )

    def reference(self, what: str) -> str:
        """Read the name of a peripheral, defined or not; `what` names it in an error."""
        location = self._cursor.location()
        name = self._cursor.name(what)
        self.names.append(Name(name, location))
        return name

    def registration(self) -> Registration:
        """Return a bus or another parent, and the place on it."""
        parent = self.reference("the peripheral to register at")
        location = self._cursor.location()
        if not self.starts_registration_point():
            return Registration(parent)
        return replace(_registration(parent, self.value()), location=location)

    def _scalar(self) -> Value:
        cursor = self._cursor
        if cursor.token.kind is Kind.STRING:
            return cursor.advance().text
        if cursor.token.kind is Kind.NUMBER or cursor.at_mark("-"):
            return self._number()
        if cursor.at_mark("<"):
            return self._range()
        if cursor.accept("."):
            return EnumValue("." + cursor.name("an enumeration value"))
        if cursor.at_word(*_BOOLEANS):
            return _BOOLEANS[cursor.advance().text]
        if not cursor.at_name():
            raise cursor.unexpected("a value")
        if cursor.ahead().kind is Kind.MARK and cursor.ahead().text == ".":
            return EnumValue(cursor.dotted_name("an enumeration value"))
        return Reference(self.reference("a value"))

    def _number(self) -> int | float:
        cursor = self._cursor
        negative = cursor.accept("-")
        if cursor.token.kind is not Kind.NUMBER:
            raise cursor.unexpected("a number")
        value = cursor.number_of(cursor.token)
        if abs(value) >= 1 << 64:
            raise cursor.error("this number does not fit into 64 bits")
        cursor.advance()
        return -value if negative else value

    def _range(self) -> Range:
        cursor = self._cursor
        opening = cursor.expect("<")
        begin = cursor.integer("the begin of the range")
        cursor.expect(",", "in the range")
        relative = cursor.accept("+")
        end = cursor.integer("the end of the range") + (begin if relative else 0)
        cursor.expect(">", "after the range")
        if end < begin:
            raise cursor.error(
                f"the range ends at {end:#x}, before it begins at {begin:#x}",
                opening,
                hint="write <begin, +size> to give a size",
            )
        return Range(begin, end)

    def _list(self) -> tuple[Value, ...]:
        cursor = self._cursor
        items: list[Value] = []
        while not cursor.accept("]"):
            items.append(Empty() if cursor.accept_word("empty") else self.value())
            if not cursor.accept(",") and not cursor.at_mark("]"):
                raise cursor.unexpected("',' or ']' in the list")
        return tuple(items)

    def _dictionary(self) -> Dictionary:
        cursor = self._cursor
        items: list[tuple[Value, Value]] = []
        while not cursor.accept("}"):
            key = self._scalar()
            cursor.expect(":", "after the key")
            items.append((key, self.value()))
            if not cursor.accept(";") and not cursor.at_mark("}"):
                raise cursor.unexpected("';' or '}' in the dictionary")
        return Dictionary(tuple(items))

    def _object(self) -> InlineObject:
        type_name = self._cursor.dotted_name("a type after 'new'")
        attributes = self._attributes()
        init = attributes.monitor.get("init")
        return InlineObject(
            type_name,
            attributes.properties,
            tuple(wire for connection in attributes.connections for wire in connection.wires),
            init.lines if init else (),
        )


def _registration(parent: str, point: Value) -> Registration:
    if isinstance(point, Range):
        return Registration(parent, point.begin, point.size)
    if isinstance(point, InlineObject):
        return _from_object(parent, point)
    if parent == "sysbus" and isinstance(point, int):
        return Registration(parent, point)
    return Registration(parent, port=point)


def _from_object(parent: str, point: InlineObject) -> Registration:
    """`new Bus.BusPointRegistration { address: A; ... }` and its kin."""
    properties = dict(point.properties)
    span = properties.pop("range", None)
    address, size = properties.pop("address", None), properties.pop("size", None)
    if isinstance(span, Range):
        address, size = span.begin, span.size
    if isinstance(address, int):
        return Registration(
            parent, address, size if isinstance(size, int) else None, properties=properties
        )
    return Registration(parent, port=point)
