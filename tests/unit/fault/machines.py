"""As much of an image, a platform and a memory as a diagnosis looks at."""

from __future__ import annotations

from tests.unit.images import image_of, label, segment
from workbench.engines.base import Memory, Registers
from workbench.errors import UserError
from workbench.fault.memory import View
from workbench.image import Image
from workbench.image.elf import Section, Symbol
from workbench.machine import MemoryDump, Piece
from workbench.platform import Platform, read_platform

RAM = 0x2000_0000
FLASH = 0x0800_0000
TOP = RAM + 0x2_0000


class Pieces(Memory):
    """Memory in pieces, by their first address."""

    def __init__(self, pieces: dict[int, bytes]) -> None:
        self._pieces = {start: bytearray(data) for start, data in pieces.items()}

    def read(self, address: int, size: int) -> bytes:
        for start, data in self._pieces.items():
            if start <= address and address + size <= start + len(data):
                return bytes(data[address - start : address - start + size])
        raise UserError("nothing is there")

    def write(self, address: int, data: bytes) -> None:
        for start, piece in self._pieces.items():
            if start <= address < start + len(piece):
                piece[address - start : address - start + len(data)] = data


class Zeros(Registers):
    """Core registers that are all 0."""

    def __getitem__(self, name: str) -> int:
        return 0

    def __setitem__(self, name: str, value: int) -> None:
        raise NotImplementedError


def view(pieces: dict[int, bytes]) -> View:
    return View(MemoryDump.of(Piece(start, data) for start, data in pieces.items()))


def words(*values: int) -> bytes:
    return b"".join((value & 0xFFFFFFFF).to_bytes(4, "little") for value in values)


def variable(name: str, address: int, size: int) -> Symbol:
    return label(name, address, size)


def image(
    symbols: tuple[Symbol, ...] = (),
    sections: tuple[Section, ...] = (),
    initial_sp: int = TOP,
) -> Image:
    """An image with a vector table and nothing else in flash."""
    vectors = words(initial_sp, FLASH + 0x101) + bytes(0x1000)
    return image_of(
        segment(FLASH, vectors),
        symbols=symbols,
        sections=sections,
        vector_table=FLASH,
        entry=FLASH + 0x100,
    )


def platform() -> Platform:
    return read_platform("stm32f4_discovery")
