"""Whether the linker takes a static library together with the firmware: its objects' attributes."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile

from workbench.errors import UserError
from workbench.image.build_attributes import BuildAttributes
from workbench.image.elf import attributes_of
from workbench.platform.cores import Core

# System V ABI, ar(5): the head of an archive, and of each member
_ARCHIVE, _THIN_ARCHIVE = b"!<arch>\n", b"!<thin>\n"
_HEAD_BYTES, _NAME_BYTES = 60, 16
_SIZE = slice(48, 58)
_LONG_NAMES = b"//"
_INDEXES = (b"/", b"/SYM64/")
_SYMBOL_INDEX = b"/"  # a big-endian count, an offset for each symbol, then the names
_WORD = 4

# What TFLM's micro_log.cc defines but with this macro, and what any build of it defines.
_STRIPPED = "TF_LITE_STRIP_ERROR_STRINGS"
_LOG, _INTERPRETER = b"_Z11MicroPrintfPKcz", b"MicroInterpreter"

_ELF_MAGIC = b"\x7fELF"
_EM_ARM = "EM_ARM"


@dataclass(frozen=True)
class Member:
    """A file in an archive."""

    name: str
    content: bytes


def check_library(
    library: Path, content: bytes, core: Core, definitions: Sequence[str] = ()
) -> None:
    """Raise UserError where `content`, the archive at `library`, does not link with the firmware of
    a part with this core.

    definitions: the macros that the firmware is to be compiled with for it, as NAME or NAME=VALUE.
    Objects that say nothing of what they were built for pass, as with the linker.
    """
    if content.startswith(_THIN_ARCHIVE):
        return  # its members lie elsewhere: the linker reads them
    if not content.startswith(_ARCHIVE):
        raise UserError(
            f"{library}: not a static library (an archive of object files)",
            "give a libtensorflow-microlite.a",
        )
    for member in _members(content):
        if member.content.startswith(_ELF_MAGIC):
            _check_object(library, member, core)
    _check_log(library, content, definitions)


def _check_log(library: Path, content: bytes, definitions: Sequence[str]) -> None:
    """TFLM's headers call MicroPrintf, which a library without error strings lacks."""
    names = _index(content)
    is_tflm = any(_INTERPRETER in name for name in names)
    told = any(definition.partition("=")[0] == _STRIPPED for definition in definitions)
    if is_tflm and _LOG not in names and not told:
        raise UserError(
            f"{library}: was built without its error strings ({_STRIPPED}), which the firmware "
            "would call",
            f"add --tflm-define {_STRIPPED}",
        )


def _check_object(library: Path, member: Member, core: Core) -> None:
    try:
        elf = ELFFile(io.BytesIO(member.content))
        machine = elf["e_machine"]
        attributes = attributes_of(elf) if machine == _EM_ARM else BuildAttributes()
    except Exception as error:  # pyelftools raises whatever the damage leads to
        raise UserError(
            f"{library}: {member.name} is damaged ({type(error).__name__}: {error})",
            "build the library again",
        ) from error
    if machine != _EM_ARM:
        built_with = f"for another machine ({machine})"
    elif attributes.cpu_arch and not core.links_with(attributes):
        built_with = f"with {_machine_of(attributes)}"
    else:
        return
    raise UserError(
        f"{library}: {member.name} was built {built_with}; the firmware is built with "
        f"{' '.join(core.compiler_options)}, and they do not link",
        "build the library with the firmware's options; in tflite-micro: make -f "
        "tensorflow/lite/micro/tools/make/Makefile TARGET=cortex_m_generic "
        f"TARGET_ARCH={core.cpu}{'+fp' if core.fpu else ''} microlite",
    )


def _machine_of(attributes: BuildAttributes) -> str:
    """The options of GCC that objects with these attributes are built with."""
    cpu = f"-mcpu={attributes.cpu} " if attributes.cpu else ""
    fpu = f"-mfpu={attributes.fpu} " if attributes.fpu else ""
    return f"{cpu}{fpu}-mfloat-abi={attributes.float_abi} ({attributes.architecture})"


def _index(content: bytes) -> frozenset[bytes]:
    """Return the names of the symbols that the archive defines; none where it has no index."""
    for name, data in _parts(content):
        if name == _SYMBOL_INDEX:
            count = int.from_bytes(data[:_WORD], "big")
            return frozenset(data[_WORD * (count + 1) :].split(b"\0"))
    return frozenset()


def _members(content: bytes) -> Iterator[Member]:
    """Yield the members but the archive's own tables."""
    long_names = b""
    for name, data in _parts(content):
        if name == _LONG_NAMES:
            long_names = data
        elif name not in _INDEXES:
            yield Member(_name(name, long_names), data)


def _parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the name and the bytes of each part, the archive's own tables included."""
    at = len(_ARCHIVE)
    while at + _HEAD_BYTES <= len(content):
        head = content[at : at + _HEAD_BYTES]
        size = head[_SIZE].strip()
        if not size.isdigit():
            return
        start = at + _HEAD_BYTES
        yield head[:_NAME_BYTES].rstrip(), content[start : start + int(size)]
        at = start + int(size) + int(size) % 2


def _name(name: bytes, long_names: bytes) -> str:
    if name[:1] == b"/" and name[1:].isdigit():
        name = long_names[int(name[1:]) :].partition(b"\n")[0]
    return name.rstrip(b"/").decode(errors="backslashreplace")
