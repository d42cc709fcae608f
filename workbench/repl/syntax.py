"""What one .repl file says, before names are looked up and entries are merged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.repl.description import Location, Registration, Value, Wire


@dataclass(frozen=True)
class Using:
    """`using "path"`, in Renode up to 1.15 also `using "path" prefixed "prefix"`."""

    path: str
    prefix: str
    location: Location


@dataclass(frozen=True)
class Name:
    """A name of a peripheral where it is used, to be looked up when all files are read."""

    text: str
    location: Location


@dataclass(frozen=True)
class MonitorBlock:
    """`init:`, `reset:` or `preinit:`; with `add` it extends what is there."""

    lines: tuple[str, ...]
    add: bool


@dataclass(frozen=True)
class Connection:
    """All wires of one attribute; `wires` is empty for `source -> none`."""

    sources: tuple[str | int, ...]
    wires: tuple[Wire, ...]


@dataclass(frozen=True)
class Attributes:
    """What stands in the block of an entry or of an inline object.

    `locations` holds where the value of each property begins.
    """

    properties: Mapping[str, Value]
    connections: tuple[Connection, ...]
    monitor: Mapping[str, MonitorBlock]  # by "init", "reset" and "preinit"
    locations: Mapping[str, Location]


@dataclass(frozen=True)
class EntryNode:
    """`name: Type @ registrations as "alias"` and its block.

    `registrations` is None where the entry says nothing of it and () for `@ none`.
    `names` holds every peripheral that the entry refers to.
    """

    name: str
    type: str
    local: bool
    registrations: tuple[Registration, ...] | None
    alias: str | None
    attributes: Attributes
    names: tuple[Name, ...]
    location: Location


@dataclass(frozen=True)
class FileNode:
    """A whole file."""

    file: str
    usings: tuple[Using, ...]
    entries: tuple[EntryNode, ...]
