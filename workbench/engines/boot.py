"""How an image starts: at the vector table the part boots from, or at the image's own."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.image import Image
from workbench.image.vector_table import BOOT_BYTES
from workbench.platform import Platform
from workbench.platform.cores import foreign_core_warning
from workbench.repl import types


@dataclass(frozen=True)
class Boot:
    """The vector table of the first SP and PC, and of VTOR; warnings if silicon differs."""

    vector_table: int
    warnings: tuple[str, ...] = ()


def boot_of(image: Image, platform: Platform) -> Boot:
    """Return where `image` starts on `platform`.

    An image that leaves the address the part boots from empty is one behind a boot loader, or one
    that a debugger puts into RAM: it is started as those do it, at its own vector table.
    """
    foreign = foreign_core_warning(image.attributes, platform.core)
    warnings = (foreign,) if foreign else ()
    own, fixed = image.vector_table, platform.vector_table
    if fixed is None or fixed == own or _is_loaded(fixed, image, platform):
        return Boot(own if fixed is None else fixed, warnings)
    at_own_table = (
        f"the image has nothing at 0x{fixed:08x}, where {platform.name} boots from; started at "
        f"its vector table at 0x{own:08x}, as a boot loader or a debugger would"
    )
    return Boot(own, (*warnings, at_own_table))


def _is_loaded(address: int, image: Image, platform: Platform) -> bool:
    memory, wanted = _place(address, platform)
    for segment in image.segments:
        held, start = _place(segment.address, platform)
        if held == memory and start <= wanted <= start + len(segment.data) - BOOT_BYTES:
            return True
    return False


def _place(address: int, platform: Platform) -> tuple[str, int]:
    """The memory at an address, and the offset in it: a memory may be seen at several addresses."""
    for entry in platform.description.entries.values():
        size = entry.properties.get("size")
        if entry.type != types.MEMORY or not isinstance(size, int):
            continue
        for registration in entry.registrations:
            start = registration.address
            if start is not None and start <= address < start + size:
                return entry.name, address - start
    return "", address
