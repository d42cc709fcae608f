"""Which memories and buses each bus master of a part reaches: DMA controllers, EasyDMA, PPI.

platform.toml says it, in [buses] and [bus_masters]; where there is only a .repl, what holds for
every part of a family is taken.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.errors import PlatformError
from workbench.repl import types
from workbench.repl.description import Description, Entry

ANY_OTHER = "*"  # in [bus_masters]: every block that has no line of its own
ADDRESS_SPACE = 1 << 32


@dataclass(frozen=True)
class AddressRange:
    """The addresses from `start` on, `end` not included."""

    start: int
    end: int

    def holds(self, address: int, size: int) -> bool:
        """Return whether all `size` bytes at `address` lie inside."""
        return self.start <= address and address + size <= self.end


Reach = tuple[AddressRange, ...]

# ARMv7-M ARM (DDI 0403E), table B3-1: the regions of the address map. A master other than the core
# sees neither the private peripheral bus nor the core's bit-band aliases.
_SRAM_REGION = AddressRange(0x2000_0000, 0x2200_0000)
_PERIPHERAL_REGION = AddressRange(0x4000_0000, 0x4200_0000)
_AHB_PERIPHERALS = AddressRange(0x4400_0000, 0x6000_0000)
_EXTERNAL_REGION = AddressRange(0x6000_0000, 0xE000_0000)
_PERIPHERALS = (_PERIPHERAL_REGION, _AHB_PERIPHERALS)

# By a part of Renode's type. nRF52840 PS v1.7, 6.16: PPI triggers tasks of peripherals; 4.4.1:
# EasyDMA reaches the data RAM region only.
_FAMILIES: tuple[tuple[str, Reach], ...] = (
    ("NRF52840_PPI", _PERIPHERALS),
    ("NRF", (_SRAM_REGION,)),
)


@dataclass(frozen=True)
class BusMasters:
    """The reach of each bus master of a part.

    described: by `name` or `name.port` of the .repl entry, or `*`; empty for a .repl alone.
    memories: where the memories of the .repl lie, without their aliases.
    """

    described: Mapping[str, Reach] = field(default_factory=dict)
    memories: Reach = ()

    def reach(self, entry: Entry, port: str = "") -> Reach:
        """Return what the block `entry` reaches through `port` ("" where it has only one)."""
        for key in (f"{entry.name}.{port}", entry.name, ANY_OTHER):
            if key in self.described:
                return self.described[key]
        for part, reach in _FAMILIES:
            if part in entry.type:
                return reach
        return (*self.memories, *_PERIPHERALS, _EXTERNAL_REGION)


def read_bus_masters(
    buses: Mapping[str, Any], masters: Mapping[str, Any], description: Description, source: Path
) -> BusMasters:
    """Read the tables [buses] and [bus_masters] of the platform.toml `source`."""
    memories = _memories(description)
    places = memories | {name: _range(name, value, source) for name, value in buses.items()}
    described: dict[str, Reach] = {}
    for name, value in masters.items():
        if name != ANY_OTHER and name not in description.entries:
            raise PlatformError(
                f"{source}: [bus_masters] names '{name}', which is not an entry of the .repl",
                _nearest(name, description.entries),
            )
        if isinstance(value, dict):
            for port, reached in value.items():
                described[f"{name}.{port}"] = _reach(f"{name}.{port}", reached, places, source)
        else:
            described[name] = _reach(name, value, places, source)
    return BusMasters(described, tuple(memories.values()))


def _memories(description: Description) -> dict[str, AddressRange]:
    """The memories of the .repl at their first address: what follows are aliases of the core's."""
    found = {}
    for entry in description.entries.values():
        size = entry.properties.get("size")
        starts = [r.address for r in entry.registrations if r.address is not None]
        if entry.type == types.MEMORY and isinstance(size, int) and starts:
            found[entry.name] = AddressRange(starts[0], starts[0] + size)
    return found


def _range(name: str, value: Any, source: Path) -> AddressRange:
    is_pair = isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)
    if not is_pair or not 0 <= value[0] <= value[1] < ADDRESS_SPACE:
        raise PlatformError(
            f"{source} has buses.{name} = {value!r}",
            f"write {name} = [first address, last address]",
        )
    return AddressRange(value[0], value[1] + 1)


def _reach(
    name: str, value: Any, places: Mapping[str, AddressRange], source: Path
) -> tuple[AddressRange, ...]:
    if not isinstance(value, list) or not all(isinstance(place, str) for place in value):
        raise PlatformError(
            f"{source} has bus_masters.{name} = {value!r}",
            "write a list of names of memories of the .repl and of [buses]",
        )
    for place in value:
        if place not in places:
            raise PlatformError(
                f"{source}: bus_masters.{name} reaches '{place}', which is neither a memory of "
                "the .repl nor in [buses]",
                _nearest(place, places),
            )
    return tuple(places[place] for place in value)


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean '{close[0]}'?" if close else f"known: {', '.join(known)}"
