"""The counting plugin against instructions counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from tests.cross import CORE, compile_elf

from .qemu import Count, CountingMachine

pytestmark = pytest.mark.qemu

SOURCE = Path(__file__).with_name("counted.S")
# counted.S: `bl work` issues before the function, `work` itself takes 37.
WORK = 37
LOOP = 1 + WORK + 2  # bl, work, adds, b


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ELF of counted.S, with its vector table where flash starts."""
    sections = ("-Wl,-Ttext=0x08000100", "-Wl,--section-start=.vectors=0x08000000")
    elf = tmp_path_factory.mktemp("counted") / "counted.elf"
    return compile_elf(elf, *CORE, "-nostdlib", *sections, "-Wl,-eReset_Handler", SOURCE)


def symbol(elf: Path, name: str) -> int:
    """Address of a symbol, without the Thumb bit."""
    with elf.open("rb") as stream:
        symbols = ELFFile(stream).get_section_by_name(".symtab")
        assert isinstance(symbols, SymbolTableSection)
        found = symbols.get_symbol_by_name(name)
        assert found
        return int(found[0]["st_value"]) & ~1


def test_counts_the_start_but_not_the_stop_and_condition_failed_ones_too(
    counted: Path, plugin: Path, tmp_path: Path
) -> None:
    start, stop = symbol(counted, "work"), symbol(counted, "after_work")
    with CountingMachine(counted, plugin, start, stop, 3, tmp_path / "report") as machine:
        machine.wait()
        counts = machine.counts()
    assert [count.instructions for count in counts] == [WORK] * 3


def test_counts_from_reset(counted: Path, plugin: Path, tmp_path: Path) -> None:
    start, stop = symbol(counted, "work"), symbol(counted, "after_work")
    with CountingMachine(counted, plugin, start, stop, 2, tmp_path / "report") as machine:
        machine.wait()
        counts = machine.counts()
    # movs, bl, work; then once round the loop.
    assert counts == (Count(WORK, 2 + WORK), Count(WORK, 2 + WORK + LOOP))
