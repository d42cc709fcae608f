"""Where code comes from, for what compilers write."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from tests import needs
from workbench.image import Image
from workbench.image.demangle import demangle
from workbench.image.source_lines import SourceLine, SourceLines

from .compiler import SOURCE, Compiler

AROUND = demangle("_ZNK6shapes5ShapeIjLi4EE6AroundEv")
MUTATIONS = 400


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compiler:
    return Compiler(tmp_path_factory.mktemp("dwarf"))


def every_address(elf: Path) -> list[int]:
    image = Image.from_file(elf)
    code = (s for s in image.segments if s.executable)
    return [address for s in code for address in range(s.virtual, s.virtual + len(s.data), 2)]


def lines_of(elf: Path) -> dict[int, SourceLine]:
    lines = SourceLines(elf)
    return {at: place for at in every_address(elf) if (place := lines.at(at)) is not None}


@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_lines_and_what_was_inlined_there(compiled: Compiler, version: int) -> None:
    elf = compiled("-O2", f"-gdwarf-{version}")
    image = Image.from_file(elf)
    places = lines_of(elf)
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
    assert lines_of(elf) == {}


def test_a_file_that_is_gone_has_no_places(tmp_path: Path) -> None:
    assert SourceLines(tmp_path / "none.elf").at(0x08000000) is None


@pytest.mark.parametrize("start", [0, 0x08000000])
def test_what_the_linker_dropped_is_nowhere(compiled: Compiler, start: int) -> None:
    """`Unused` has lines from address 0 on, where the nRF52840 has its flash."""
    elf = compiled("-O2", "-gdwarf-5", start=start)
    unused = next(
        n for n, line in enumerate(SOURCE.read_text().splitlines(), 1) if "void Unused" in line
    )
    places = lines_of(elf)
    assert places
    assert unused not in {place.line for place in places.values()}


@pytest.mark.parametrize(
    "flags",
    [
        ("-O2", "-g", "-flto"),
        ("-O2", "-gdwarf-4", "-fdebug-types-section"),
        ("-O2", "-gdwarf-5", "-fdebug-types-section"),
        ("-O2", "-g", "-gz"),
        ("-O2", "-gdwarf-5", "-gdwarf64"),
        ("-O2", "-gdwarf-5", "-gno-as-loc-support"),
    ],
    ids=lambda flags: " ".join(flags),
)
def test_what_compilers_write_says_the_same(compiled: Compiler, flags: tuple[str, ...]) -> None:
    if "-gdwarf64" in flags:
        needs.gcc(11)
    plain, other = compiled("-O2", "-g"), compiled(*flags)
    found = lines_of(other)
    assert {place.inlined for place in found.values()} == {
        place.inlined for place in lines_of(plain).values()
    }
    assert {Path(place.file) for place in found.values()} == {SOURCE}


def test_code_in_ram_that_comes_first_in_the_file_hides_nothing(compiled: Compiler) -> None:
    elf = compiled("-O2", "-g", start=0x20010000)
    assert lines_of(elf)


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_has_no_places(compiled: Compiler, tmp_path: Path, part: float) -> None:
    content = compiled("-O2", "-gdwarf-5").read_bytes()
    path = tmp_path / "cut.elf"
    path.write_bytes(content[: int(len(content) * part)])
    assert SourceLines(path).at(0x08000010) is None


@pytest.mark.slow
def test_damaged_debug_information_is_refused_or_read(compiled: Compiler, tmp_path: Path) -> None:
    """Bytes changed anywhere in the file; the debug sections are most of it."""
    elf = compiled("-O2", "-gdwarf-5")
    content, addresses = elf.read_bytes(), every_address(elf)
    seeded = random.Random(13)
    path = tmp_path / "damaged.elf"
    for _ in range(MUTATIONS):
        damaged = bytearray(content)
        for _ in range(1 << seeded.randrange(8)):
            damaged[seeded.randrange(len(damaged))] = seeded.choice((0, 1, 0x7F, 0x80, 0xFF))
        path.write_bytes(damaged)
        lines = SourceLines(path)
        for address in addresses:
            lines.at(address)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    return tmp_path / "places"


def test_what_was_looked_up_is_kept_for_the_next_process(
    compiled: Compiler, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elf = compiled("-O2", "-g")
    first = SourceLines(elf)
    found = [first.at(address) for address in every_address(elf)]
    first.write_cache()
    assert len(list(kept.iterdir())) == 1
    monkeypatch.setattr("workbench.image.source_lines._open", None)  # it must not be needed
    again = SourceLines(elf)
    assert [again.at(address) for address in every_address(elf)] == found


@pytest.mark.slow
@pytest.mark.parametrize("section", [".debug_line", ".debug_info", ".debug_str"])
def test_damage_gives_the_same_with_an_empty_and_with_a_full_cache(
    compiled: Compiler, kept: Path, tmp_path: Path, section: str
) -> None:
    elf = compiled("-O2", "-gdwarf-5")
    content, addresses = elf.read_bytes(), every_address(elf)
    found = ELFFile(io.BytesIO(content)).get_section_by_name(section)
    assert found
    start, size = found["sh_offset"], found["sh_size"]
    seeded = random.Random(section)
    path = tmp_path / "damaged.elf"
    for _ in range(20):
        damaged = bytearray(content)
        for _ in range(seeded.choice((1, 3, 30))):
            damaged[start + seeded.randrange(size)] = seeded.choice((0, 1, 0x7F, 0x80, 0xFF))
        path.write_bytes(damaged)
        first = SourceLines(path)
        some = seeded.sample(addresses, 20)
        seen = {address: first.at(address) for address in some}
        first.write_cache()
        again, alone = SourceLines(path), SourceLines(path)
        alone._known.clear()
        for address in addresses:
            assert again.at(address) == alone.at(address)
            assert seen.get(address, again.at(address)) == again.at(address)


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"[]", b"{}", b'{"places": [[1]]}', b"null"])
def test_a_kept_file_that_is_damaged_or_something_else_does_no_harm(
    compiled: Compiler, kept: Path, content: bytes
) -> None:
    elf = compiled("-O2", "-g")
    first = SourceLines(elf)
    address = Image.from_file(elf).symbol("Work").address
    place = first.at(address)
    first.write_cache()
    (file,) = kept.iterdir()
    file.write_bytes(content)
    again = SourceLines(elf)
    assert again.at(address) == place
    again.write_cache()
    assert SourceLines(elf).at(address) == place


def test_a_cache_folder_that_cannot_be_written_is_no_error(
    compiled: Compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "file"))
    lines = SourceLines(compiled("-O2", "-g"))
    lines.at(0x08000100)
    lines.write_cache()
