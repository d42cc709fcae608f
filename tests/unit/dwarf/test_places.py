"""Where code comes from: both readers, for what compilers write."""

from __future__ import annotations

import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from workbench.demangle import demangle
from workbench.dwarf import _native_module, _read, read_places
from workbench.dwarf.portable import read_portably
from workbench.image import Image

SOURCE = Path(__file__).with_name("program.cc")
COMPILER = "arm-none-eabi-g++"
FLAGS = (
    *("-mcpu=cortex-m4", "-mthumb", "-nostdlib", "-ffreestanding", "-fno-exceptions", "-fno-rtti"),
    *("-ffunction-sections", "-Wl,--gc-sections", "-Wl,-e,Reset", "-Wl,--build-id=none"),
)
SCRIPT = """
SECTIONS {{
  . = {start};
  .text : {{ KEEP(*(.vectors)) *(.text*) *(.rodata*) }}
  .bss 0x20000000 : {{ *(.bss*) *(COMMON) }}
}}
"""
AROUND = demangle("_ZNK6shapes5ShapeIjLi4EE6AroundEv")
MUTATIONS = 400

needs_native = pytest.mark.skipif(_native_module() is None, reason="the C reader is not built")


class Compiler:
    """Makes an ELF of program.cc with some flags, each kind once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, *flags: str, start: int = 0x08000000) -> Path:
        elf = self._folder / ("_".join((*flags, hex(start))).replace("/", "") + ".elf")
        if not elf.exists():
            script = self._folder / f"{start:x}.ld"
            script.write_text(SCRIPT.format(start=start))
            command = [COMPILER, *FLAGS, *flags, "-T", str(script), str(SOURCE), "-o", str(elf)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done.stderr
        return elf


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed")
    return Compiler(tmp_path_factory.mktemp("dwarf"))


def every_address(elf: Path) -> list[int]:
    image = Image.load(elf)
    code = (s for s in image.segments if s.executable)
    return [address for s in code for address in range(s.virtual, s.virtual + len(s.data), 2)]


@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_lines_and_what_was_inlined_there(compiled: Compiler, version: int) -> None:
    elf = compiled("-O2", f"-gdwarf-{version}")
    image = Image.load(elf)
    places = read_places(elf, every_address(elf))
    text = SOURCE.read_text().splitlines()
    work = image.symbol("Work")
    inside = [
        place for at, place in places.items() if work.address <= at < work.address + work.size
    ]
    assert inside
    assert all(Path(place.file) == SOURCE for place in inside)
    in_deeper = [text[one.line - 1] for one in inside if one.inlined[-1:] == ("Deeper",)]
    assert any("value ^ 5" in line for line in in_deeper)
    chains = {place.inlined for place in inside}
    assert ("Deep", "Deeper") in chains
    assert any(chain[-1:] == (AROUND,) for chain in chains)


def test_code_without_debug_information_has_no_places(compiled: Compiler) -> None:
    elf = compiled("-O2")
    assert read_places(elf, every_address(elf)) == {}


def test_a_file_that_is_gone_has_no_places(tmp_path: Path) -> None:
    assert read_places(tmp_path / "none.elf", [0x08000000]) == {}


@pytest.mark.parametrize("start", [0, 0x08000000])
def test_what_the_linker_dropped_is_nowhere(compiled: Compiler, start: int) -> None:
    """`Unused` has lines from address 0 on, where the nRF52840 has its flash."""
    elf = compiled("-O2", "-gdwarf-5", start=start)
    unused = next(
        n for n, line in enumerate(SOURCE.read_text().splitlines(), 1) if "void Unused" in line
    )
    places = read_places(elf, every_address(elf))
    assert places
    assert unused not in {place.line for place in places.values()}


@needs_native
@pytest.mark.parametrize("start", [0, 0x08000000])
@pytest.mark.parametrize(
    "flags",
    [
        *(("-O2", f"-gdwarf-{version}") for version in (2, 3, 4, 5)),
        ("-O0", "-g"),
        ("-Os", "-g3"),
        ("-O2", "-g1"),
        ("-O2", "-g", "-flto"),
        ("-O2", "-gdwarf-4", "-fdebug-types-section"),
        ("-O2", "-gdwarf-5", "-fdebug-types-section"),
        ("-O2", "-g", "-gz"),
        ("-O2", "-gdwarf-5", "-gno-as-loc-support"),
        ("-O2", "-g", "-gsplit-dwarf", "-dumpdir", "/tmp/"),
    ],
    ids=lambda flags: " ".join(flags),
)
def test_both_readers_find_the_same(compiled: Compiler, flags: tuple[str, ...], start: int) -> None:
    elf = compiled(*flags, start=start)
    addresses = every_address(elf)
    places = _read(_native_module(), elf, addresses)
    assert places
    assert places == read_portably(elf, addresses)


@needs_native
def test_the_64_bit_format_says_the_same(compiled: Compiler) -> None:
    """pyelftools does not read it."""
    narrow, wide = compiled("-O2", "-gdwarf-5"), compiled("-O2", "-gdwarf-5", "-gdwarf64")
    addresses = every_address(narrow)
    assert _read(_native_module(), wide, addresses) == read_places(narrow, addresses)


@needs_native
def test_damaged_debug_information_is_refused_or_read(compiled: Compiler, tmp_path: Path) -> None:
    """Bytes changed anywhere in the file; the debug sections are most of it."""
    content = compiled("-O2", "-gdwarf-5").read_bytes()
    addresses = every_address(compiled("-O2", "-gdwarf-5"))
    seeded = random.Random(13)
    path = tmp_path / "damaged.elf"
    refused, begun = 0, time.process_time()
    for _ in range(MUTATIONS):
        damaged = bytearray(content)
        for _ in range(1 << seeded.randrange(8)):
            damaged[seeded.randrange(len(damaged))] = seeded.choice((0, 1, 0x7F, 0x80, 0xFF))
        path.write_bytes(damaged)
        try:
            _read(_native_module(), path, addresses)
        except ValueError:
            refused += 1
    assert 0 < refused < MUTATIONS
    assert time.process_time() - begun < 60


def test_damage_gives_fewer_places_and_no_error(compiled: Compiler, tmp_path: Path) -> None:
    content = compiled("-O2", "-gdwarf-5").read_bytes()
    path = tmp_path / "cut.elf"
    for part in (0.2, 0.5, 0.9):
        path.write_bytes(content[: int(len(content) * part)])
        assert read_places(path, [0x08000010]) == {}
