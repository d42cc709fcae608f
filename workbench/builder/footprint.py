"""What an image takes of the part's flash and RAM, by section and by symbol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.image import Image
from workbench.image.elf import Section

_MODEL, _STACK, _ARENA = ".model", ".stack", ".arena"
# Sections that are the board's alone.
_BOARD_FLASH, _BOARD_RAM = (".vectors", ".note.gnu.build-id"), (".noinit",)


@dataclass(frozen=True)
class SectionSize:
    """A section of the image; `flash` and `ram` say where its bytes count (.data: both)."""

    name: str
    address: int
    size: int
    flash: bool
    ram: bool


@dataclass(frozen=True)
class SymbolSize:
    """A function or an object, and the section it lies in."""

    name: str
    section: str
    address: int
    size: int


@dataclass(frozen=True)
class Share:
    """Who takes how much of a memory, in bytes; `capacity` is 0 where the image does not say.

    model: the model in flash, its arena in RAM. runtime: interpreter, kernels and the C library.
    harness: the demo application and the board's code. stack: in RAM.
    """

    model: int
    runtime: int
    harness: int
    stack: int
    capacity: int

    @property
    def total(self) -> int:
        return self.model + self.runtime + self.harness + self.stack

    @property
    def per_cent(self) -> float | None:
        """The part of the memory that is taken, None where its size is not known."""
        return 100 * self.total / self.capacity if self.capacity else None


@dataclass(frozen=True)
class Footprint:
    """All sizes in bytes.

    flash: code, constants, model and the initial values of data. ram: stack, data and arena.
    model, stack and arena are parts of these, and what the harness has, of whom only our linker
    script tells. The capacities are those of the linker script, or 0
    where the image does not say.
    """

    flash: int
    flash_capacity: int
    ram: int
    ram_capacity: int
    model: int
    stack: int
    arena: int
    sections: tuple[SectionSize, ...]
    symbols: tuple[SymbolSize, ...]
    harness_flash: int = 0
    harness_ram: int = 0

    @property
    def flash_share(self) -> Share:
        """What takes the flash: the model's data, the runtime, the harness."""
        runtime = self.flash - self.model - self.harness_flash
        return Share(self.model, runtime, self.harness_flash, 0, self.flash_capacity)

    @property
    def ram_share(self) -> Share:
        """What takes the RAM: the arena, the runtime, the harness, the stack."""
        runtime = self.ram - self.arena - self.stack - self.harness_ram
        return Share(self.arena, runtime, self.harness_ram, self.stack, self.ram_capacity)


def measure_footprint(image: Image) -> Footprint:
    """Return the footprint of an image; of any ELF, only ours has model, stack and arena."""
    sections = tuple(_section_size(image, section) for section in image.sections if section.size)
    by_name = {section.name: section.size for section in sections}
    return Footprint(
        flash=sum(section.size for section in sections if section.flash),
        flash_capacity=_distance(image, "__flash_start", "__flash_end"),
        ram=sum(section.size for section in sections if section.ram),
        ram_capacity=_distance(image, "__ram_start", "__ram_end"),
        model=by_name.get(_MODEL, 0),
        stack=by_name.get(_STACK, 0),
        arena=by_name.get(_ARENA, 0),
        sections=sections,
        symbols=tuple(_symbol_sizes(image)),
        harness_flash=_harness(image, "text", "rodata", "data") + _sizes(by_name, _BOARD_FLASH),
        harness_ram=_harness(image, "data", "bss") + _sizes(by_name, _BOARD_RAM),
    )


def _harness(image: Image, *sections: str) -> int:
    """What the application and the board have in the sections, as the linker script marks it."""
    ends = ((f"__harness_{name}_start", f"__harness_{name}_end") for name in sections)
    return sum(_distance(image, *pair) for pair in ends)


def _sizes(by_name: Mapping[str, int], names: Iterable[str]) -> int:
    return sum(by_name.get(name, 0) for name in names)


def _section_size(image: Image, section: Section) -> SectionSize:
    return SectionSize(
        section.name,
        section.address,
        section.size,
        flash=section.loaded,
        ram=_is_in_ram(image, section),
    )


def _is_in_ram(image: Image, section: Section) -> bool:
    """Tell by the linker script's RAM; where it has none, by the flag (tables of constructors are
    writable and in flash all the same).
    """
    start, end = _address(image, "__ram_start"), _address(image, "__ram_end")
    if start is None or end is None:
        return section.writable
    return start <= section.address < end


def _symbol_sizes(image: Image) -> Iterable[SymbolSize]:
    """Largest first, then by address; of several names at one place only the first."""
    seen: set[int] = set()
    for symbol in sorted(image.symbols, key=lambda s: (-s.size, s.address, s.name)):
        section = _section_at(image, symbol.address)
        if symbol.size == 0 or section is None or symbol.address in seen:
            continue
        seen.add(symbol.address)
        yield SymbolSize(symbol.demangled, section.name, symbol.address, symbol.size)


def _section_at(image: Image, address: int) -> Section | None:
    for section in image.sections:
        if section.address <= address < section.address + section.size:
            return section
    return None


def _distance(image: Image, start: str, end: str) -> int:
    first, last = _address(image, start), _address(image, end)
    return 0 if first is None or last is None else last - first


def _address(image: Image, name: str) -> int | None:
    symbol = image.find(name)
    return None if symbol is None else symbol.address
