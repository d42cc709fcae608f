"""An ELF image for a Cortex-M: what is loaded where, what the addresses are called."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from workbench.errors import ImageError
from workbench.image import elf
from workbench.image.build_attributes import BuildAttributes
from workbench.image.elf import Section, Segment, Symbol
from workbench.image.source_lines import SourceLines
from workbench.image.vector_table import boot_words, find_vector_table


@dataclass(frozen=True)
class Image:
    """An executable for a Cortex-M."""

    path: Path
    sha256: str
    build_id: str | None
    entry: int
    segments: tuple[Segment, ...]
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...] = field(repr=False)
    vector_table: int
    attributes: BuildAttributes = field(default_factory=BuildAttributes)

    @classmethod
    def from_file(cls, path: Path | str) -> Image:
        """Read the ELF file at `path`; raise ImageError where it is not a usable one."""
        path = Path(path)
        return cls.from_bytes(elf.read_file(path), path)

    @classmethod
    def from_bytes(cls, content: bytes, path: Path | str = Path("<memory>")) -> Image:
        """Read an ELF file from memory; `path` only names it in messages."""
        path = Path(path)
        contents = elf.parse(content, path)
        return cls(
            path=path,
            sha256=hashlib.sha256(content).hexdigest(),
            build_id=contents.build_id,
            entry=contents.entry,
            segments=contents.segments,
            sections=contents.sections,
            symbols=contents.symbols,
            vector_table=find_vector_table(contents, path),
            attributes=contents.attributes,
        )

    @cached_property
    def functions(self) -> tuple[Symbol, ...]:
        """Functions by ascending address, one an address: sized and strong ones win.

        A sized label at the address of a function is one too: assembly forgets to say so, and names
        the default handler, of which all unused handlers are weak aliases, in this way.
        """
        best: dict[int, Symbol] = {}
        starts = {symbol.address for symbol in self.symbols if symbol.is_function}
        for symbol in self.symbols:
            if not symbol.is_function and not (symbol.size and symbol.address in starts):
                continue
            other = best.get(symbol.address)
            if other is None or _rank(symbol) > _rank(other):
                best[symbol.address] = symbol
        return tuple(best[address] for address in sorted(best))

    @cached_property
    def _function_starts(self) -> list[int]:
        return [f.address for f in self.functions]

    @cached_property
    def _by_name(self) -> dict[str, list[Symbol]]:
        names: dict[str, list[Symbol]] = {}
        for symbol in self.symbols:
            names.setdefault(symbol.name, []).append(symbol)
        return names

    def function_at(self, address: int) -> Symbol | None:
        """Return the function that holds the code address `address`, or None."""
        index = bisect_right(self._function_starts, address) - 1
        if index < 0:
            return None
        function = self.functions[index]
        if function.size and address >= function.address + function.size:
            return None
        if not function.size and not self._same_section(function.address, address):
            return None
        return function

    def symbol(self, name: str) -> Symbol:
        """Return the symbol `name` (mangled or demangled), a global one before a local one.

        Raise ImageError, with the nearest names, where there is none or several differ.
        """
        from workbench.image.demangle import may_name

        found = self._by_name.get(name)
        if not found:
            mangled = [s for s in self.symbols if s.name.startswith("_Z")]
            likely = [s for s in mangled if may_name(s.name, name)]
            found = [s for s in likely if _matches(s, name)]
            found = found or [s for s in mangled if _matches(s, name)]
        if not found:
            raise ImageError(f"{self.path}: no symbol {name!r}", hint=self._nearest(name))
        found = [s for s in found if "." not in s.name] or found  # not GCC's clones of it
        chosen = [s for s in found if s.is_global] or found
        if len({s.address for s in chosen}) > 1:
            places = ", ".join(f"0x{s.address:08x} {s.demangled}" for s in chosen[:5])
            raise ImageError(
                f"{self.path}: {name!r} names several symbols: {places}",
                hint="give the address instead",
            )
        return chosen[0]

    def find(self, name: str) -> Symbol | None:
        """Return the first symbol that is called exactly so, None where there is none."""
        return next(iter(self._by_name.get(name, ())), None)

    def read(self, address: int, size: int) -> bytes:
        """Return what the file holds of memory at [address, address + size), as much as it has."""
        for segment in self.segments:
            start = address - segment.virtual
            if 0 <= start < len(segment.data):
                return segment.data[start : start + size]
        return b""

    @cached_property
    def vectors(self) -> tuple[int, int] | None:
        """The initial SP and the reset vector, bit 0 of which says Thumb."""
        return boot_words(self.vector_table, self.segments)

    def holds_code(self, symbol: Symbol) -> bool:
        """Return whether `symbol` is a function, or a label among executable sections."""
        return symbol.is_function or any(
            s.executable and s.address <= symbol.address < s.address + s.size for s in self.sections
        )

    @cached_property
    def source_lines(self) -> SourceLines:
        """Source lines and inlined calls by address."""
        return SourceLines(self.path)

    def _same_section(self, one: int, other: int) -> bool:
        return any(
            s.address <= one < s.address + s.size and s.address <= other < s.address + s.size
            for s in self.sections
        )

    def _nearest(self, name: str) -> str:
        from difflib import get_close_matches

        known = sorted({s.demangled for s in self.symbols if not s.demangled.startswith("_Z")})
        if not known:
            return "the image has no symbols: link without --strip-all, or give an address"
        similar = get_close_matches(name, known, n=5, cutoff=0.5)
        similar += [k for k in known if name.lower() in k.lower() and k not in similar][:5]
        return f"near it: {', '.join(similar)}" if similar else "`arm-none-eabi-nm` lists them"


def _rank(symbol: Symbol) -> tuple[bool, bool, bool]:
    # Weak after strong and local: unused handlers are weak aliases of one default handler.
    return symbol.size > 0, symbol.is_global and not symbol.is_weak, not symbol.is_weak


def _matches(symbol: Symbol, name: str) -> bool:
    """Return whether `name` is the demangled name, or that without parameters or arguments."""
    from workbench.image.demangle import qualified_name, without_template_arguments

    full, bare = symbol.demangled, qualified_name(symbol.name)
    return name in (full, full.split("(", 1)[0], bare, without_template_arguments(bare))
