"""A platform whose memories are as large as an image wants them: for what is not linked to fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from workbench.errors import PlatformError
from workbench.image import Image
from workbench.platform.platform import MemoryRegion, Platform

_PAGE = 0x1000


def grown_for(image: Image, platform: Platform) -> Platform:
    """Return `platform` with memories that hold all of `image`.

    A memory behind whose end a section of the image goes on, with no other memory there, reaches
    the section's end. Raises PlatformError where something else of the part is in the way.
    """
    sizes = {memory.name: _size(image, memory, platform) for memory in platform.memories}
    memories = tuple(replace(m, size=sizes[m.name]) for m in platform.memories)
    for memory in memories:
        _require_free(memory, platform)
    entries = {
        name: replace(entry, properties={**entry.properties, "size": sizes[name]})
        if name in sizes
        else entry
        for name, entry in platform.description.entries.items()
    }
    return replace(
        platform, memories=memories, description=replace(platform.description, entries=entries)
    )


def _size(image: Image, memory: MemoryRegion, platform: Platform) -> int:
    end = memory.origin + memory.size
    if any(other.origin == end for other in platform.memories):
        return memory.size
    places = [(section.address, section.size) for section in image.sections]
    places += [(segment.address, len(segment.data)) for segment in image.segments]
    for address, size in sorted(places):
        if address <= end + _PAGE and address + size > end and address >= _first(memory, platform):
            end = address + size
    return -(-(end - memory.origin) // _PAGE) * _PAGE


def _first(memory: MemoryRegion, platform: Platform) -> int:
    """Where the run of memories begins that lie one behind the other, up to `memory`."""
    before = [m for m in platform.memories if m.origin + m.size == memory.origin]
    return _first(before[0], platform) if before else memory.origin


def _require_free(memory: MemoryRegion, platform: Platform) -> None:
    end = memory.origin + memory.size
    before = {m.name: m.size for m in platform.memories}
    for address, name in _places(platform).items():
        if memory.origin + before[memory.name] <= address < end:
            raise PlatformError(
                f"{memory.name} cannot reach 0x{end:08x}: {name} is at 0x{address:08x}",
                "give the sizes yourself with --arena and --stack",
            )


def _places(platform: Platform) -> Mapping[int, str]:
    return {
        registration.address: entry.name
        for entry in platform.description.entries.values()
        for registration in entry.registrations
        if registration.address is not None
    }
