"""Entries of all files to one entry a peripheral, with every name looked up.

A name is declared once, by the entry that gives its type; further entries for it, in the same
file or in files that use it, add to it or override it.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from workbench.errors import ReplError
from workbench.repl.description import (
    Dictionary,
    Entry,
    InlineObject,
    Location,
    Reference,
    Registration,
    Value,
    Wire,
)
from workbench.repl.syntax import EntryNode, FileNode, MonitorBlock


class UnknownNameError(ReplError):
    """A name that no file declares: misspelt, or of a platform that the file is an addition to."""


# What is there before any .repl is read.
BUILTINS = {"sysbus": "Bus.SystemBus", "machine": "Machine"}


@dataclass
class _Draft:
    """A peripheral while its entries are merged."""

    name: str
    type: str
    location: Location
    registrations: tuple[Registration, ...] = ()
    alias: str | None = None
    properties: dict[str, Value] = field(default_factory=dict)
    locations: dict[str, Location] = field(default_factory=dict)
    wires: dict[str | int, list[Wire]] = field(default_factory=dict)
    monitor: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def entry(self) -> Entry:
        return Entry(
            name=self.name,
            type=self.type,
            registrations=self.registrations,
            properties=self.properties,
            wires=tuple(wire for wires in self.wires.values() for wire in wires),
            init=self.monitor.get("init", ()),
            location=self.location,
            alias=self.alias,
            reset=self.monitor.get("reset", ()),
            preinit=self.monitor.get("preinit", ()),
            locations=self.locations,
        )


def merge(files: Iterable[tuple[FileNode, str]]) -> dict[str, Entry]:
    """Return the entries by name, in the order in which they are declared."""
    visits = [(node, prefix, number) for number, (node, prefix) in enumerate(files)]
    table = _Table()
    for node, prefix, number in visits:
        for entry in node.entries:
            if entry.type:
                table.declare(entry, prefix, number)
    for node, prefix, number in visits:
        scope = table.scope(prefix, number)
        for entry in node.entries:
            _apply(entry, scope, table)
    return {draft.name: draft.entry() for draft in table.drafts.values() if _is_used(draft)}


class _Table:
    """All declared names. A local name is only known in the file that declares it."""

    def __init__(self) -> None:
        self.drafts: dict[str, _Draft] = {
            name: _Draft(name, type_name, Location("", 0, 0))
            for name, type_name in BUILTINS.items()
        }
        self._locals: dict[tuple[int, str], str] = {}

    def declare(self, node: EntryNode, prefix: str, visit: int) -> None:
        name = prefix + node.name
        if node.local:
            if (visit, name) in self._locals:
                raise _twice(node, self.drafts[self._locals[visit, name]])
            self._locals[visit, name] = name = self._free(name)
        elif name in self.drafts:
            raise _twice(node, self.drafts[name])
        self.drafts[name] = _Draft(name, node.type, node.location)

    def _free(self, name: str) -> str:
        """A local name may hide one of another file: make it unique in the whole platform."""
        number, free = 1, name
        while free in self.drafts:
            number += 1
            free = f"{name}~{number}"
        return free

    def scope(self, prefix: str, visit: int) -> dict[str, str]:
        """Return the full names by the names that the file may use, when all files have declared
        theirs.
        """
        known = {name: name for name in self.drafts if "~" not in name}
        if prefix:
            known |= {
                name.removeprefix(prefix): name for name in self.drafts if name.startswith(prefix)
            }
        for (owner, name), full in self._locals.items():
            if owner == visit:
                known[name] = full
            elif known.get(name) == full:
                del known[name]
        return known


def _apply(node: EntryNode, scope: Mapping[str, str], table: _Table) -> None:
    if node.name not in scope:
        raise _unknown(
            node.name,
            node.location,
            scope,
            f"the entry '{node.name}' has no type, and no file declares one for that name",
        )
    for name in node.names:
        if name.text not in scope:
            raise _unknown(
                name.text, name.location, scope, f"no entry declares a peripheral '{name.text}'"
            )
    draft = table.drafts[scope[node.name]]
    if node.registrations is not None:
        draft.registrations = tuple(
            replace(
                registration,
                parent=scope[registration.parent],
                port=_renamed(registration.port, scope),
                properties=_renamed_all(registration.properties, scope),
            )
            for registration in node.registrations
        )
        draft.alias = node.alias
    draft.properties |= _renamed_all(node.attributes.properties, scope)
    draft.locations |= node.attributes.locations
    _connect(draft, node, scope)
    for kind, block in node.attributes.monitor.items():
        draft.monitor[kind] = _extended(draft.monitor.get(kind, ()), block)


def _connect(draft: _Draft, node: EntryNode, scope: Mapping[str, str]) -> None:
    """Later connections of an output replace earlier ones, in the same entry too."""
    for connection in node.attributes.connections:
        for source in connection.sources:
            draft.wires.pop(source, None)
        for wire in connection.wires:
            draft.wires.setdefault(wire.source, []).append(replace(wire, target=scope[wire.target]))


def _extended(old: tuple[str, ...], block: MonitorBlock) -> tuple[str, ...]:
    return old + block.lines if block.add else block.lines


def _renamed_all(values: Mapping[str, Value], scope: Mapping[str, str]) -> dict[str, Value]:
    return {key: _renamed(value, scope) for key, value in values.items()}


def _renamed(value: Value, scope: Mapping[str, str]) -> Value:
    """The value with the full names of the peripherals it refers to."""
    if isinstance(value, Reference):
        return Reference(scope[value.name])
    if isinstance(value, tuple):
        return tuple(_renamed(item, scope) for item in value)
    if isinstance(value, Dictionary):
        return Dictionary(
            tuple((_renamed(key, scope), _renamed(item, scope)) for key, item in value.items)
        )
    if isinstance(value, InlineObject):
        return replace(
            value,
            properties=_renamed_all(value.properties, scope),
            wires=tuple(replace(wire, target=scope[wire.target]) for wire in value.wires),
        )
    return value


def _is_used(draft: _Draft) -> bool:
    """Builtins only appear where the .repl says something about them."""
    return draft.name not in BUILTINS or bool(
        draft.properties or draft.wires or draft.monitor or draft.registrations
    )


def _twice(node: EntryNode, first: _Draft) -> ReplError:
    at, there = node.location, first.location
    where = f"in {there.file}:{there.line}:{there.column}" if there.line else "by the language"
    return ReplError(
        f"'{node.name}' is already declared {where}",
        file=at.file,
        line=at.line,
        column=at.column,
        hint="leave the type out to add to the entry, or choose another name",
    )


def _unknown(name: str, at: Location, scope: Mapping[str, str], message: str) -> UnknownNameError:
    close = difflib.get_close_matches(name, scope, n=1)
    hint = f"did you mean '{close[0]}'?" if close else ""
    return UnknownNameError(message, file=at.file, line=at.line, column=at.column, hint=hint)
