"""What an ELF file for a Cortex-M holds: segments, sections and symbols.

Everything that the file says is checked before it is used, because a file that a failed link or
a broken download left behind must give a message and not a traceback.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from elftools.elf.constants import P_FLAGS, SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import NoteSection, SymbolTableSection

from workbench.errors import ImageError
from workbench.image import build_attributes
from workbench.image.build_attributes import BuildAttributes
from workbench.support import files

# No image for a Cortex-M is larger; a size beyond it in a header means the header is damaged.
MAX_FILE_BYTES = 256 * files.MIB
MAX_SYMBOLS = 1_000_000

# The head of an ELF32 file: e_ident up to EI_DATA, then e_type and e_machine (ELF for the Arm
# Architecture, 5.3).
_HEADER_BYTES = 52
_MAGIC = b"\x7fELF"
_CLASS32_LITTLE_ENDIAN = bytes((1, 1))  # EI_CLASS, EI_DATA
_TYPE_AND_MACHINE = struct.Struct("<16x2H")
_ET_EXEC, _EM_ARM = 2, 40

_FOR_A_CORTEX_M = "build it for the part's core: arm-none-eabi-gcc with that core's -mcpu"


@dataclass(frozen=True)
class Segment:
    """A piece of the image as it is programmed: `data` at the load address `address`.

    `virtual` is where the code expects it at run time (differs for initialised data).
    """

    address: int
    virtual: int
    data: bytes = field(repr=False)
    executable: bool


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
        from workbench.image.demangle import demangle

        return demangle(self.name)


@dataclass(frozen=True)
class Contents:
    """What an ELF file holds; `entry` has bit 0 cleared."""

    build_id: str | None
    entry: int
    segments: tuple[Segment, ...]
    sections: tuple[Section, ...]
    symbols: tuple[Symbol, ...]
    attributes: BuildAttributes


def read_file(path: Path) -> bytes:
    """Return the bytes of the file at `path`; raise ImageError where it cannot be an image."""
    hint = "name an .elf; `workbench build` makes one"
    return files.read_file(path, ImageError, hint, most=MAX_FILE_BYTES)


def parse(content: bytes, path: Path) -> Contents:
    """Return what the ELF file `content` holds; `path` only names it in messages.

    Raises ImageError where it is damaged, or no executable for a Cortex-M.
    """
    _check_header(content, path)
    try:
        elf = ELFFile(io.BytesIO(content))
        contents = Contents(
            build_id=_build_id(elf),
            entry=elf["e_entry"] & ~1,
            segments=tuple(_segments(elf, content, path)),
            sections=tuple(_sections(elf)),
            symbols=tuple(_symbols(elf, path)),
            attributes=attributes_of(elf),
        )
    except ImageError:
        raise
    except Exception as error:  # pyelftools raises whatever the damage leads to
        raise ImageError(
            f"{path}: the ELF file is damaged ({type(error).__name__}: {error})",
            hint="build or copy it again",
        ) from error
    if not contents.segments:
        raise ImageError(
            f"{path}: nothing to load (no PT_LOAD segment with data)",
            hint="link it with a linker script for the part",
        )
    return contents


def _check_header(content: bytes, path: Path) -> None:
    """Return whether it is a 32-bit little-endian ARM executable."""
    if not content:
        raise ImageError(f"{path}: the file is empty", hint="build it again")
    if not content.startswith(_MAGIC):
        raise ImageError(
            f"{path}: not an ELF file",
            hint="give the linked .elf (or .axf, .out), not a .bin or .hex",
        )
    if len(content) < _HEADER_BYTES:
        raise ImageError(f"{path}: truncated inside the ELF header", hint="copy it again")
    if not content.startswith(_CLASS32_LITTLE_ENDIAN, len(_MAGIC)):
        raise ImageError(f"{path}: not a 32-bit little-endian ELF file", hint=_FOR_A_CORTEX_M)
    kind, machine = _TYPE_AND_MACHINE.unpack_from(content)
    if machine != _EM_ARM:
        raise ImageError(
            f"{path}: built for another machine (e_machine {machine}), not for Arm",
            hint=_FOR_A_CORTEX_M,
        )
    if kind != _ET_EXEC:
        raise ImageError(
            f"{path}: not a linked executable (e_type {kind})",
            hint="link it with a linker script for the part; an object file cannot run",
        )


def _segments(elf: ELFFile, content: bytes, path: Path) -> Iterator[Segment]:
    loaded = 0
    for index in range(elf.num_segments()):
        header = elf.get_segment(index).header
        if header["p_type"] != "PT_LOAD" or not header["p_filesz"]:
            continue
        start, size = header["p_offset"], header["p_filesz"]
        if start + size > len(content):
            raise ImageError(
                f"{path}: truncated: segment {index} needs {start + size} bytes, "
                f"the file has {len(content)}",
                hint="copy or build it again",
            )
        loaded += size
        if loaded > len(content):
            raise ImageError(
                f"{path}: its segments share bytes of the file: they hold {loaded:,}, the file has "
                f"{len(content):,}",
                hint="the file is damaged: build or copy it again",
            )
        if header["p_paddr"] + size > 1 << 32 or header["p_memsz"] < size:
            raise ImageError(f"{path}: segment {index} does not fit its own sizes", "Build again.")
        yield Segment(
            address=header["p_paddr"],
            virtual=header["p_vaddr"],
            data=content[start : start + size],
            executable=bool(header["p_flags"] & P_FLAGS.PF_X),
        )


def _sections(elf: ELFFile) -> Iterator[Section]:
    for section in elf.iter_sections():
        flags = section["sh_flags"]
        if not flags & SH_FLAGS.SHF_ALLOC or not section["sh_size"]:
            continue
        yield Section(
            name=section.name,
            address=section["sh_addr"],
            size=section["sh_size"],
            loaded=section["sh_type"] != "SHT_NOBITS",
            writable=bool(flags & SH_FLAGS.SHF_WRITE),
            executable=bool(flags & SH_FLAGS.SHF_EXECINSTR),
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


def attributes_of(elf: ELFFile) -> BuildAttributes:
    """Return what the file says it was built for."""
    for section in elf.iter_sections():
        if section["sh_type"] == build_attributes.SECTION_TYPE:
            return build_attributes.parse(section.data())
    return BuildAttributes()


def _build_id(elf: ELFFile) -> str | None:
    for section in elf.iter_sections():
        if not isinstance(section, NoteSection):
            continue
        for note in section.iter_notes():
            if note["n_type"] == "NT_GNU_BUILD_ID":
                return str(note["n_desc"])
    return None
