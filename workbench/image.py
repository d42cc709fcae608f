"""An ELF image for a Cortex-M: what is loaded where, what the addresses are called.

Everything that the file says is checked before it is used, because a file that a failed link or
a broken download left behind must give a message and not a traceback.
"""

from __future__ import annotations

import hashlib
import io
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import NoteSection, SymbolTableSection

from workbench.errors import ImageError
from workbench.places import Places

# Names that startup code gives to the vector table: CMSIS, ST, Nordic, Zephyr, libopencm3.
VECTOR_SECTIONS = (".isr_vector", ".vectors", ".vector_table", ".intvecs", ".isr_vectors")
VECTOR_SYMBOLS = (
    "__isr_vector",
    "g_pfnVectors",
    "__Vectors",
    "__vectors",
    "_vectors",
    "vector_table",
    "_vector_table",
    "__vector_table",
    "_vector_start",
)
VECTOR_ALIGNMENT = 4
_VECTORS = struct.Struct("<II")  # initial SP and reset vector, ARM DDI 0403E, B1.5.3
# No Cortex-M4 image is larger; a size beyond it in a header means the header is damaged.
MAX_FILE_BYTES = 512 << 20
MAX_SYMBOLS = 1_000_000


@dataclass(frozen=True)
class Segment:
    """A piece of the image as it is programmed: `data` at the load address `address`.

    `virtual` is where the code expects it at run time (differs for initialised data).
    `memory_size` counts the bytes at run time; what exceeds `data` is zeroed by startup code.
    """

    address: int
    virtual: int
    data: bytes = field(repr=False)
    memory_size: int
    executable: bool
    writable: bool


@dataclass(frozen=True)
class Section:
    """An allocated section; `loaded` is False for those without bytes in the file (.bss)."""

    name: str
    address: int
    size: int
    loaded: bool
    writable: bool
    executable: bool


@dataclass(frozen=True)
class Symbol:
    """A named address, bit 0 of functions cleared. `size` is 0 where the linker gives none."""

    name: str
    address: int
    size: int
    is_function: bool
    is_global: bool = True
    is_weak: bool = False

    @property
    def demangled(self) -> str:
        """The name as the C++ source spells it; C names stay as they are."""
        from workbench.demangle import demangle

        return demangle(self.name)


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

    @classmethod
    def load(cls, path: Path | str) -> Image:
        """Read the ELF file at `path`; raise ImageError where it is not a usable one."""
        path = Path(path)
        return cls.from_bytes(_read(path), path)

    @classmethod
    def from_bytes(cls, content: bytes, path: Path | str = Path("<memory>")) -> Image:
        """Read an ELF file from memory; `path` only names it in messages."""
        path = Path(path)
        _check_header(content, path)
        try:
            return _parse(cls, content, path)
        except ImageError:
            raise
        except Exception as error:  # pyelftools raises whatever the damage leads to
            raise ImageError(
                f"{path}: the ELF file is damaged ({type(error).__name__}: {error})",
                hint="Build or copy it again.",
            ) from error

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
        from workbench.demangle import may_name

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
                hint="Give the address instead.",
            )
        return chosen[0]

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
        return _vectors_at(self.vector_table, self.segments)

    def holds_code(self, symbol: Symbol) -> bool:
        """Whether `symbol` is a function, or a label among executable sections."""
        return symbol.is_function or any(
            s.executable and s.address <= symbol.address < s.address + s.size for s in self.sections
        )

    @cached_property
    def places(self) -> Places:
        """Source lines and inlined calls by address."""
        return Places(self.path)

    def _same_section(self, one: int, other: int) -> bool:
        return any(
            s.address <= one < s.address + s.size and s.address <= other < s.address + s.size
            for s in self.sections
        )

    def _nearest(self, name: str) -> str:
        from difflib import get_close_matches

        known = sorted({s.demangled for s in self.symbols if not s.demangled.startswith("_Z")})
        if not known:
            return "The image has no symbols: link without --strip-all, or give an address."
        similar = get_close_matches(name, known, n=5, cutoff=0.5)
        similar += [k for k in known if name.lower() in k.lower() and k not in similar][:5]
        return f"Near it: {', '.join(similar)}" if similar else "See `arm-none-eabi-nm`."


def _read(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise ImageError(f"{path}: is a folder, not an ELF file", hint="Name the .elf in it.")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ImageError(f"{path}: too large for a firmware image", hint="Is it an ELF file?")
        return path.read_bytes()
    except OSError as error:
        raise ImageError(
            f"{path}: cannot be read ({error.strerror or error})",
            hint="Check the path; `workbench build` makes one.",
        ) from error


def _check_header(content: bytes, path: Path) -> None:
    """The first 52 bytes decide whether it is a 32-bit little-endian ARM executable."""
    if not content:
        raise ImageError(f"{path}: the file is empty", hint="Build it again.")
    if content[:4] != b"\x7fELF":
        raise ImageError(
            f"{path}: not an ELF file",
            hint="Give the linked .elf (or .axf, .out), not a .bin or .hex.",
        )
    if len(content) < 52:
        raise ImageError(f"{path}: truncated inside the ELF header", hint="Copy it again.")
    if content[4] != 1 or content[5] != 1:
        raise ImageError(
            f"{path}: not a 32-bit little-endian ELF file",
            hint="Build for a Cortex-M4, e.g. with arm-none-eabi-gcc -mcpu=cortex-m4.",
        )
    kind = int.from_bytes(content[16:18], "little")
    machine = int.from_bytes(content[18:20], "little")
    if machine != 40:  # EM_ARM, ELF for the Arm Architecture 5.3
        raise ImageError(
            f"{path}: built for another machine (e_machine {machine}), not for Arm",
            hint="Build for a Cortex-M4, e.g. with arm-none-eabi-gcc -mcpu=cortex-m4.",
        )
    if kind != 2:  # ET_EXEC
        raise ImageError(
            f"{path}: not a linked executable (e_type {kind})",
            hint="Link it with a linker script for the part; an object file cannot run.",
        )


def _parse(cls: type[Image], content: bytes, path: Path) -> Image:
    elf = ELFFile(io.BytesIO(content))
    segments = tuple(_segments(elf, content, path))
    if not segments:
        raise ImageError(
            f"{path}: nothing to load (no PT_LOAD segment with data)",
            hint="Link it with a linker script for the part.",
        )
    sections = tuple(_sections(elf))
    symbols = tuple(_symbols(elf, path))
    return cls(
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        build_id=_build_id(elf),
        entry=elf["e_entry"] & ~1,
        segments=segments,
        sections=sections,
        symbols=symbols,
        vector_table=_vector_table(segments, sections, symbols, path),
    )


def _segments(elf: ELFFile, content: bytes, path: Path) -> Iterator[Segment]:
    for index in range(elf.num_segments()):
        header = elf.get_segment(index).header
        if header["p_type"] != "PT_LOAD" or not header["p_filesz"]:
            continue
        start, size = header["p_offset"], header["p_filesz"]
        if start + size > len(content):
            raise ImageError(
                f"{path}: truncated: segment {index} needs {start + size} bytes, "
                f"the file has {len(content)}",
                hint="Copy or build it again.",
            )
        if header["p_paddr"] + size > 1 << 32 or header["p_memsz"] < size:
            raise ImageError(f"{path}: segment {index} does not fit its own sizes", "Build again.")
        flags = header["p_flags"]
        yield Segment(
            address=header["p_paddr"],
            virtual=header["p_vaddr"],
            data=content[start : start + size],
            memory_size=header["p_memsz"],
            executable=bool(flags & 1),
            writable=bool(flags & 2),
        )


def _sections(elf: ELFFile) -> Iterator[Section]:
    for section in elf.iter_sections():
        flags = section["sh_flags"]
        if not flags & 2 or not section["sh_size"]:  # SHF_ALLOC
            continue
        yield Section(
            name=section.name,
            address=section["sh_addr"],
            size=section["sh_size"],
            loaded=section["sh_type"] != "SHT_NOBITS",
            writable=bool(flags & 1),
            executable=bool(flags & 4),
        )


def _symbols(elf: ELFFile, path: Path) -> Iterator[Symbol]:
    for table in elf.iter_sections():
        if not isinstance(table, SymbolTableSection) or table["sh_type"] != "SHT_SYMTAB":
            continue
        if table.num_symbols() > MAX_SYMBOLS:
            raise ImageError(f"{path}: {table.num_symbols()} symbols", "The file is damaged.")
        for symbol in table.iter_symbols():
            kind = symbol["st_info"]["type"]
            if kind not in ("STT_FUNC", "STT_OBJECT", "STT_NOTYPE") or not symbol.name:
                continue
            if symbol["st_shndx"] == "SHN_UNDEF" or symbol.name.startswith("$"):
                continue  # $t, $d, $a: mapping symbols, no names of anything
            is_function = kind == "STT_FUNC"
            value = symbol["st_value"]
            yield Symbol(
                name=symbol.name,
                address=value & ~1 if is_function else value,
                size=symbol["st_size"],
                is_function=is_function,
                is_global=symbol["st_info"]["bind"] != "STB_LOCAL",
                is_weak=symbol["st_info"]["bind"] == "STB_WEAK",
            )


def _build_id(elf: ELFFile) -> str | None:
    for section in elf.iter_sections():
        if not isinstance(section, NoteSection):
            continue
        for note in section.iter_notes():
            if note["n_type"] == "NT_GNU_BUILD_ID":
                return str(note["n_desc"])
    return None


def _vector_table(
    segments: tuple[Segment, ...],
    sections: tuple[Section, ...],
    symbols: tuple[Symbol, ...],
    path: Path,
) -> int:
    """Where the vector table is loaded: by section, by symbol, else the start of the code."""
    candidates = [s.address for s in sections if s.name in VECTOR_SECTIONS and s.loaded]
    candidates += [s.address for s in symbols if s.name in VECTOR_SYMBOLS]
    candidates += sorted(s.address for s in segments)
    candidates += sorted(s.address for s in sections if s.loaded)
    for address in candidates:
        if _looks_like_vectors(address, segments):
            return address
    raise ImageError(
        f"{path}: no vector table found (initial stack pointer and reset vector)",
        hint="Put it in a section named .isr_vector at the start of flash.",
    )


def _looks_like_vectors(address: int, segments: tuple[Segment, ...]) -> bool:
    """Two words: an initial SP that is aligned and not 0, a Thumb address in loaded code."""
    vectors = _vectors_at(address, segments)
    if address % VECTOR_ALIGNMENT or vectors is None:
        return False
    stack, reset = vectors
    in_code = any(
        s.executable and 0 <= reset - start < len(s.data)
        for s in segments
        for start in (s.address, s.virtual)
    )
    return stack != 0 and stack % 4 == 0 and bool(reset & 1) and in_code


def _vectors_at(address: int, segments: tuple[Segment, ...]) -> tuple[int, int] | None:
    for segment in segments:
        offset = address - segment.address
        if 0 <= offset <= len(segment.data) - _VECTORS.size:
            stack, reset = _VECTORS.unpack_from(segment.data, offset)
            return stack, reset
    return None


def _rank(symbol: Symbol) -> tuple[bool, bool, bool]:
    # Weak after strong and local: unused handlers are weak aliases of one default handler.
    return symbol.size > 0, symbol.is_global and not symbol.is_weak, not symbol.is_weak


def _matches(symbol: Symbol, name: str) -> bool:
    """Whether `name` is the demangled name, or it without parameters or template arguments."""
    from workbench.demangle import qualified_name, without_template_arguments

    full, bare = symbol.demangled, qualified_name(symbol.name)
    return name in (full, full.split("(", 1)[0], bare, without_template_arguments(bare))
