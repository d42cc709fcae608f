"""A platform as a .repl describes it: peripherals, where they sit, how they are wired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Location:
    """A place in a .repl file; line and column count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class Reference:
    """A property value that names another peripheral."""

    name: str


@dataclass(frozen=True)
class EnumValue:
    """A property value that names a member of an enumeration of Renode's, as `Endianess.Little`."""

    text: str


@dataclass(frozen=True)
class Empty:
    """The value `empty`: the default value of whatever type the property has."""


@dataclass(frozen=True)
class Range:
    """The value `<begin, end>` or `<begin, +size>`; `end` is the first address behind it."""

    begin: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.begin


@dataclass(frozen=True)
class Dictionary:
    """The value `{ key: value; ... }`, in the order of the file."""

    items: tuple[tuple[Value, Value], ...]


@dataclass(frozen=True)
class Wire:
    """An interrupt or GPIO connection `source -> target@pin`; source "" is the default output."""

    source: str | int
    target: str
    pin: int
    local_index: int | None = None


@dataclass(frozen=True)
class InlineObject:
    """A property value that is itself an object: `new Type { ... }`."""

    type: str
    properties: Mapping[str, Value] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    init: tuple[str, ...] = ()


Value = (
    int
    | float
    | bool
    | str
    | None
    | Reference
    | EnumValue
    | Empty
    | Range
    | Dictionary
    | InlineObject
    | tuple["Value", ...]
)


@dataclass(frozen=True)
class Registration:
    """Where a peripheral is attached: an address range of a bus, or a port of another peripheral.

    `size` is None where the .repl leaves it to the type. `port` is what stands after the `@` for
    parents that are not a bus. `properties` are the named arguments of a registration that is
    written as an object, as `region` of `Bus.BusMultiRegistration`. `location` is where it begins.
    """

    parent: str
    address: int | None = None
    size: int | None = None
    port: Value = None
    properties: Mapping[str, Value] = field(default_factory=dict)
    location: Location | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Entry:
    """One peripheral after all entries for its name are merged, later ones over earlier ones.

    `init`, `reset` and `preinit` are lines in the language of Renode's Monitor. `locations` holds
    where the value of each property begins.
    """

    name: str
    type: str
    registrations: tuple[Registration, ...]
    properties: Mapping[str, Value]
    wires: tuple[Wire, ...]
    init: tuple[str, ...]
    location: Location
    alias: str | None = None
    reset: tuple[str, ...] = ()
    preinit: tuple[str, ...] = ()
    locations: Mapping[str, Location] = field(default_factory=dict)

    def location_of(self, name: str) -> Location:
        """Return where the value of the property `name` begins; the entry itself if it is not
        given.
        """
        return self.locations.get(name, self.location)


@dataclass(frozen=True)
class Description:
    """A whole platform: entries by name, in the order of their first appearance."""

    entries: Mapping[str, Entry]
    files: tuple[str, ...]
    warnings: tuple[str, ...] = ()
