"""What lies at an address: a variable, a memory, a peripheral, or nothing, and what is near."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from workbench.armv7m.architecture import PERIPHERALS
from workbench.image import Image
from workbench.image.elf import Symbol
from workbench.platform import Platform
from workbench.repl import types
from workbench.repl.description import Entry
from workbench.text import counted

NULL_BYTES = 0x400  # a member of what a NULL pointer points to lies below
_PAST_BYTES = 256  # beyond a variable
_NEAR_BYTES = 0x10000  # beyond a memory
_UNSAID_BYTES = 0x400  # of a peripheral whose size the .repl leaves to its type
# Words that memory is filled with, so that its use can be seen
_FILLS = {
    0xA5A5A5A5: "what FreeRTOS fills stacks with",
    0xAAAAAAAA: "what Zephyr fills stacks with",
    0xCCCCCCCC: "a fill of memory that was never set",
    0xCDCDCDCD: "a fill of memory that was never set",
    0xDEADBEEF: "a mark for memory that was never set or is freed",
    0xFFFFFFFF: "-1, or what erased flash reads as",
}


@dataclass(frozen=True)
class Area:
    """[start, end) of the address map, by its name in the .repl; `kind` is flash, RAM or ""."""

    name: str
    kind: str
    start: int
    end: int

    @property
    def title(self) -> str:
        return self.name if self.kind.lower() in ("", self.name) else f"{self.kind} {self.name}"


class Addresses:
    """The address map of a platform with what the linker put into it."""

    def __init__(self, image: Image, platform: Platform) -> None:
        self._image = image
        self._platform = platform

    def area_at(self, address: int) -> Area | None:
        """Return the memory or peripheral that holds `address`, the smallest of several."""
        found = [area for area in self._areas if area.start <= address < area.end]
        return min(found, key=lambda area: area.end - area.start, default=None)

    def start_of_memory(self, end: int) -> int:
        """Return where the memory below `end` starts, with those that join it; `end` for none."""
        memories = [area for area in self._areas if area.kind]
        start = end
        while joined := [area for area in memories if area.start < start <= area.end]:
            start = min(area.start for area in joined)
        return start

    def beyond(self, address: int, size: int) -> str:
        """Say how far `size` bytes at `address` reach out of the memory that holds the first.

        "" where they do not, or where another memory follows.
        """
        area = self.area_at(address)
        last = address + size - 1
        if area is None or not area.kind or last < area.end or self.area_at(last) is not None:
            return ""
        return f"ending {counted(last + 1 - area.end, 'byte')} beyond the end of {area.title}"

    def describe(self, address: int, is_code: bool = False, size: int = 0) -> str:
        """Say what lies at `address`, to be put behind "read of 0x...", such as "in flash".

        is_code: it was jumped to, so bit 0 of what was jumped to is not in it. size: bytes of an
        access, which may reach beyond.
        """
        area = self.area_at(address)
        said = []
        if address < NULL_BYTES:
            said.append(f"NULL + {address}" if address else "NULL")
        variable = self._variable(address) if area is not None and area.kind == "RAM" else ""
        said += [variable] if variable else []
        beyond = self.beyond(address, size) if size else ""
        if beyond:
            said.append(beyond)
        elif area is not None:
            said.append(f"in {area.title}")
        else:
            said.append(self._beside(address) or _nowhere(address))
            said += _as_value(address | is_code)
        return ", ".join(said)

    def object_at(self, address: int) -> Symbol | None:
        """Return the variable that holds `address`."""
        found = [s for s in self._objects if s.address <= address < s.address + s.size]
        return min(found, key=lambda symbol: symbol.size, default=None)

    def name_at(self, address: int) -> str:
        """Name the variable or memory that holds `address`, in a word or two; "" for neither."""
        holder, area = self.object_at(address), self.area_at(address)
        if holder is not None:
            return f"`{holder.demangled}`"
        return area.title if area is not None else ""

    def _variable(self, address: int) -> str:
        inside = self.object_at(address)
        if inside is not None:
            offset = address - inside.address
            place = f"{counted(offset, 'byte')} into" if offset else "at"
            return f"{place} `{inside.demangled}` ({inside.size:,} bytes)"
        before = max(
            (s for s in self._objects if s.address + s.size <= address),
            key=lambda symbol: symbol.address + symbol.size,
            default=None,
        )
        if before is None or address - (before.address + before.size) >= _PAST_BYTES:
            return ""
        past = address - (before.address + before.size)
        place = f"{counted(past, 'byte')} past" if past else "just past"
        return f"{place} the end of `{before.demangled}` ({before.size:,} bytes)"

    def _beside(self, address: int) -> str:
        """Where nothing is, but a memory is near."""
        memories = [area for area in self._areas if area.kind]
        below = [area for area in memories if 0 <= address - area.end < _NEAR_BYTES]
        if below:
            area = max(below, key=lambda one: one.end)
            past = address - area.end
            place = f"{counted(past, 'byte')} beyond" if past else "just beyond"
            return f"{place} the end of {area.title}"
        above = [area for area in memories if 0 < area.start - address < _NEAR_BYTES]
        if above:
            area = min(above, key=lambda one: one.start)
            return f"{counted(area.start - address, 'byte')} below the start of {area.title}"
        return ""

    @cached_property
    def _objects(self) -> tuple[Symbol, ...]:
        return tuple(s for s in self._image.symbols if s.size and not s.is_function)

    @cached_property
    def _areas(self) -> tuple[Area, ...]:
        kinds = {memory.name: memory.kind for memory in self._platform.memories}
        return tuple(
            area
            for entry in self._platform.description.entries.values()
            for area in _areas(entry, kinds.get(entry.name, ""))
        )


def _nowhere(address: int) -> str:
    if address in PERIPHERALS:
        return "where peripherals are, but none of the .repl"
    return "where nothing is"


def _as_value(address: int) -> list[str]:
    """What an address that makes no sense may be in truth."""
    for fill, meaning in _FILLS.items():
        if abs(address - fill) < _PAST_BYTES:
            return [f"near 0x{fill:08x}, {meaning}"]
    text = address.to_bytes(4, "little")
    if all(0x20 <= byte < 0x7F for byte in text):
        return [f"its bytes are the text '{text.decode()}'"]
    return []


def _areas(entry: Entry, kind: str) -> list[Area]:
    size = entry.properties.get("size")
    unsaid = size if isinstance(size, int) else _UNSAID_BYTES
    if entry.type == types.NVIC:
        unsaid = 0x1000  # the System Control Space, ARM DDI 0403E, B3.2.1
    return [
        Area(
            entry.name, "RAM" if kind == "ram" else kind, r.address, r.address + (r.size or unsaid)
        )
        for r in entry.registrations
        if r.address is not None
    ]
