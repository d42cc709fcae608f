"""Reading ELF images, and refusing what is none."""

from __future__ import annotations

import hashlib
import random
import struct
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.system.programs import compile_program
from workbench.errors import ImageError
from workbench.image import Image
from workbench.image.elf import Symbol

MUTATIONS = 4000
# e_ident and the header of ELF32 little-endian, ARM, executable
HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
IDENT = b"\x7fELF\1\1\1" + bytes(9)
PROGRAM_HEADER = struct.Struct("<8I")
FLASH = 0x08000000


def small_elf(
    vectors: bytes = struct.pack("<2I", 0x20001000, FLASH + 9),
    *,
    ident: bytes = IDENT,
    kind: int = 2,
    machine: int = 40,
    file_size: int | None = None,
) -> bytes:
    """Return an ELF file with one segment: a vector table and `b .`."""
    code = vectors + b"\xfe\xe7\0\0"
    size = len(code) if file_size is None else file_size
    offset = HEADER.size + PROGRAM_HEADER.size
    header = HEADER.pack(
        *(ident, kind, machine, 1, FLASH + 9, HEADER.size, 0, 0x05000000),
        *(HEADER.size, PROGRAM_HEADER.size, 1, 40, 0, 0),
    )
    segment = PROGRAM_HEADER.pack(1, offset, FLASH, FLASH, size, size, 5, 4)
    return header + segment + code


@pytest.fixture(scope="module")
def elf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real image with symbols and debug information."""
    return compile_program("loops", tmp_path_factory.mktemp("image"))


def test_a_minimal_image() -> None:
    image = Image.from_bytes(small_elf())
    assert image.vector_table == FLASH
    assert image.entry == FLASH + 8
    assert [(s.address, len(s.data)) for s in image.segments] == [(FLASH, 12)]
    assert image.symbols == ()


def test_segments_are_where_they_are_loaded(elf: Path) -> None:
    image = Image.from_file(elf)
    assert image.vector_table == FLASH
    assert all(s.address >= FLASH for s in image.segments)
    assert any(s.name == ".bss" and not s.loaded and s.writable for s in image.sections)


def test_functions_by_name_and_address(elf: Path) -> None:
    image = Image.from_file(elf)
    mix = image.symbol("mix")
    assert mix.address % 2 == 0
    assert mix.size > 0
    assert image.function_at(mix.address) == mix
    assert image.function_at(mix.address + mix.size - 2) == mix
    assert image.function_at(0x10) is None


def test_a_default_handler_is_not_called_by_one_of_its_aliases() -> None:
    weak = [
        Symbol(name, FLASH + 8, 2, is_function=True, is_weak=True)
        for name in ("ADC_IRQHandler", "HardFault_Handler")
    ]
    label = Symbol("Default_Handler", FLASH + 8, 2, is_function=False)
    for order in ([*weak, label], [label, *weak]):
        image = replace(Image.from_bytes(small_elf()), symbols=tuple(order))
        assert [f.name for f in image.functions] == ["Default_Handler"]


def test_an_unknown_symbol_names_its_neighbours(elf: Path) -> None:
    with pytest.raises(ImageError, match="no symbol 'miks'") as caught:
        Image.from_file(elf).symbol("miks")
    assert "mix" in caught.value.hint


def test_the_hash_is_that_of_the_file(elf: Path) -> None:
    assert Image.from_file(elf).sha256 == hashlib.sha256(elf.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x7fELF", "truncated"),
        (b"not an ELF file, by far not", "not an ELF"),
        (small_elf(ident=b"\x7fELF\2\1\1" + bytes(9)), "32-bit"),
        (small_elf(ident=b"\x7fELF\1\2\1" + bytes(9)), "little-endian"),
        (small_elf(machine=62), "e_machine 62"),
        (small_elf(kind=1), "e_type 1"),
        (small_elf(file_size=0), "nothing to load"),
        (small_elf(file_size=1000), "truncated"),
        (small_elf(vectors=bytes(8)), "vector table"),
    ],
)
def test_what_is_no_image_says_why(content: bytes, message: str) -> None:
    with pytest.raises(ImageError, match=message) as caught:
        Image.from_bytes(content, Path("some.elf"))
    assert "some.elf" in caught.value.message
    assert caught.value.hint


def test_segments_do_not_hold_more_than_the_file() -> None:
    """Sixty thousand program headers over the same bytes would take all memory."""
    count = 60_000
    header = HEADER.pack(
        *(IDENT, 2, 40, 1, FLASH + 9, HEADER.size, 0, 0x05000000),
        *(HEADER.size, PROGRAM_HEADER.size, count, 40, 0, 0),
    )
    segment = PROGRAM_HEADER.pack(1, 0, FLASH, FLASH, 1 << 20, 1 << 20, 5, 4)
    content = header + segment * count
    with pytest.raises(ImageError, match="its segments share bytes of the file"):
        Image.from_bytes(content, Path("some.elf"))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="no such file"):
        Image.from_file(tmp_path / "none.elf")
    with pytest.raises(ImageError, match="folder"):
        Image.from_file(tmp_path)


def mutated(content: bytes, seeded: random.Random) -> bytes:
    """Return `content` cut, with bytes changed, or with a field set to an extreme."""
    damaged = bytearray(content)
    kind = seeded.randrange(4)
    if kind == 0:
        return bytes(damaged[: seeded.randrange(len(damaged))])
    # Headers are where damage matters: the first bytes and the section headers at the end.
    places = (range(len(damaged)), range(128), range(len(damaged) - 800, len(damaged)))
    for _ in range(1 << seeded.randrange(5)):
        place = seeded.choice(seeded.choice(places))
        damaged[place] = seeded.choice((0, 1, 0x7F, 0x80, 0xFF, seeded.randrange(256)))
    if kind == 1:
        place = seeded.randrange(16, 120)
        damaged[place : place + 4] = seeded.choice((b"\xff" * 4, b"\0" * 4, b"\xff\xff\xff\x7f"))
    return bytes(damaged)


@pytest.mark.slow
def test_damaged_images_are_refused_or_read(elf: Path) -> None:
    content = elf.read_bytes()
    seeded = random.Random(11)
    refused = 0
    started = time.process_time()
    for _ in range(MUTATIONS):
        try:
            image = Image.from_bytes(mutated(content, seeded))
            _ = image.functions
        except ImageError:
            refused += 1
    assert refused > MUTATIONS // 10
    assert time.process_time() - started < 120
