"""Each operator's registration refers to its own kernel alone, so that the linker drops the others."""

import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from tests import needs
from tests.cross import CORE, GCC
from workbench.builder.plan import KERNEL_SETS

RUNTIME = Path(__file__).parents[3] / "firmware" / "runtime"
SECTIONS = ("-ffunction-sections", "-fdata-sections")


@pytest.mark.parametrize("folder", [*KERNEL_SETS, "signal"])
@pytest.mark.parametrize("optimization", ["-O2", "-Os"])
def test_no_section_refers_to_the_kernels_of_several_operators(
    tmp_path: Path, folder: str, optimization: str
) -> None:
    made = tmp_path / "register.o"
    options = (*CORE, "-std=c++17", "-fno-exceptions", "-fno-rtti", *SECTIONS, optimization)
    source = RUNTIME / "kernels" / folder / "register.cc"
    includes = (f"-I{RUNTIME}", f"-I{RUNTIME / 'include'}")
    command: list[str | Path] = [needs.program(GCC), "-x", "c++", "-c", *options, *includes, source, "-o", made]
    subprocess.run(command, check=True)
    with made.open("rb") as file:
        sections = [section.name for section in ELFFile(file).iter_sections()]
    refer = [name for name in sections if name.startswith((".rel.text", ".rel.rodata"))]
    assert len(refer) > 5
    assert not {".rel.text", ".rel.rodata"} & {*refer}
