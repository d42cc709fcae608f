"""--tflm-lib: what a library was built with is held against the firmware before it is linked."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests import needs
from tests.cross import CORE, WITH_FPU, compile_elf
from workbench.builder.library import check_library
from workbench.errors import UserError
from workbench.platform.cores import core_named
from workbench.support.resources import resource

CORE_OF_BOARDS = core_named("cortex-m4f")

FLOATS = "float twice(float x) { return 2 * x; }\n"
INTEGERS_IN_ASSEMBLY = ".thumb\n.global one\none: movs r0, #1\nbx lr\n"


def archive(
    folder: Path,
    *options: str,
    source: str = FLOATS,
    suffix: str = ".c",
    name: str = "a_kernel_with_a_long_name",
) -> Path:
    """An archive of one object, compiled with `options`."""
    (folder / name).with_suffix(suffix).write_text(source)
    made = compile_elf(folder / f"{name}.o", *options, "-c", folder / f"{name}{suffix}")
    library = folder / "libtensorflow-microlite.a"
    subprocess.run([needs.program("arm-none-eabi-ar"), "rcs", library, made], check=True)
    return library


def check(library: Path) -> None:
    check_library(library, library.read_bytes(), CORE_OF_BOARDS)


def test_a_library_for_the_firmware_passes(tmp_path: Path) -> None:
    check(archive(tmp_path, *WITH_FPU))


@pytest.mark.parametrize(
    ("options", "built_with"),
    [
        (
            "-mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard",
            "-mcpu=cortex-m33 -mfpu=fpv5-sp-d16 -mfloat-abi=hard (Armv8-M Mainline)",
        ),
        (
            "-mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard",
            "-mcpu=cortex-m7 -mfpu=fpv5-d16 -mfloat-abi=hard (Armv7E-M)",
        ),
        ("-mcpu=cortex-m4", "-mcpu=cortex-m4 -mfloat-abi=soft (Armv7E-M)"),
        (
            "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=softfp",
            "-mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=softfp (Armv7E-M)",
        ),
        ("-mcpu=cortex-m3", "-mcpu=cortex-m3 -mfloat-abi=soft (Armv7-M)"),
    ],
)
def test_one_for_another_core_or_float_abi_is_refused(
    tmp_path: Path, options: str, built_with: str
) -> None:
    library = archive(tmp_path, "-mthumb", *shlex.split(options))
    with pytest.raises(UserError) as caught:
        check(library)
    assert str(caught.value).startswith(
        f"{library}: a_kernel_with_a_long_name.o was built with {built_with}; the firmware is "
        f"built with {' '.join(CORE_OF_BOARDS.compiler_options)}"
    )
    assert "TARGET_ARCH=cortex-m4+fp" in caught.value.hint


def test_objects_without_floating_point_numbers_pass(tmp_path: Path) -> None:
    """The linker asks for the float ABI of no others."""
    check(archive(tmp_path, *CORE, source=INTEGERS_IN_ASSEMBLY, suffix=".S"))


def test_a_library_of_the_host_is_refused(tmp_path: Path) -> None:
    header = b"\x7fELF\2\1\1" + bytes(9) + (1).to_bytes(2, "little") + (62).to_bytes(2, "little")
    content = header + bytes(64 - len(header))
    head = f"{'a.o/':<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(content):<10}`\n".encode()
    with pytest.raises(UserError, match=r"a\.o was built for another machine \(EM_X86_64\)"):
        check_library(Path("a.a"), b"!<arch>\n" + head + content, CORE_OF_BOARDS)


def test_what_is_not_an_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not a static library"):
        check_library(Path("a.a"), b"\x7fELF", CORE_OF_BOARDS)


def test_without_the_builder_the_toolchain_file_has_the_same_options() -> None:
    text = (resource("firmware") / "cmake" / "arm-none-eabi.cmake").read_text()
    machine = re.search(r'set\(MACHINE_OPTIONS "(.*)"', text)
    assert machine is not None
    assert tuple(machine[1].split()) == CORE_OF_BOARDS.compiler_options


INTERPRETER = "namespace tflite {\nstruct MicroInterpreter { int Invoke(); };\n"
INTERPRETER += "int MicroInterpreter::Invoke() { return 0; }\n}\n"
LOG = "void MicroPrintf(const char*, ...) {}\n"


@pytest.mark.parametrize(
    ("source", "definitions", "links"),
    [
        (INTERPRETER + LOG, (), True),
        (INTERPRETER, (), False),
        (INTERPRETER, ("TF_LITE_STRIP_ERROR_STRINGS",), True),
        (INTERPRETER, ("TF_LITE_STRIP_ERROR_STRINGS=1", "CMSIS_NN"), True),
    ],
)
def test_a_library_without_error_strings_names_the_macro(tmp_path, source, definitions, links):
    library = archive(tmp_path, *WITH_FPU, source=source, suffix=".cc")
    if links:
        check_library(library, library.read_bytes(), CORE_OF_BOARDS, definitions)
        return
    with pytest.raises(UserError, match="without its error strings") as caught:
        check_library(library, library.read_bytes(), CORE_OF_BOARDS, definitions)
    assert "--tflm-define TF_LITE_STRIP_ERROR_STRINGS" in caught.value.hint
