"""Bit-exactness of ColumnProducts, DepthwisePlanes and RowProducts with Arm's functions."""

from __future__ import annotations

import importlib.util
import struct
import subprocess
from pathlib import Path

import pytest

from tests import needs
from tests.cross import GCC, GXX, WITH_FPU
from workbench.engines import open_engine
from workbench.engines.base import Instructions, Stop, StopKind
from workbench.image import Image
from workbench.platform import select_platform
from workbench.support.resources import resource

HERE = Path(__file__).parent
LIMIT = Instructions(2_000_000_000)
BLOCKS = ("columns", "planes", "rows")
OPTIONS = [*WITH_FPU, "-O2"]


def compile_blocks(folder: Path) -> Path:
    """Compile blocks.cc with our inner loops and Arm's unchanged sources; return the ELF."""
    package = importlib.util.find_spec("bakenn")
    if package is None or not package.submodule_search_locations:
        pytest.skip("bakenn is not installed")
    vendor = Path(package.submodule_search_locations[0]) / "backend" / "cmsis_nn" / "vendor"
    runtime = resource("firmware") / "runtime"
    own = [
        runtime / "kernels" / "dsp" / f"{name}.cc"
        for name in ("products", "columns", "output_stage")
    ]
    own += [runtime / "kernels" / "dsp" / "depthwise_planes.cc", HERE / "blocks.cc"]
    includes = [vendor / "cmsis_nn" / "Include", vendor / "cmsis_core" / "Include"]
    includes += [runtime, runtime / "include"]
    options = [*OPTIONS, "-ffunction-sections", *(f"-I{path}" for path in includes)]

    objects = []
    for source in [*sorted((vendor / "cmsis_nn" / "Source").rglob("*.c")), *own]:
        target = folder / f"{source.name}.o"
        compiler = GCC if source.suffix == ".c" else GXX
        language = ["-w"] if source.suffix == ".c" else ["-std=gnu++17", "-fno-exceptions"]
        command = [compiler, *options, *language, "-c", str(source), "-o", str(target)]
        subprocess.run(command, check=True, timeout=60)
        objects.append(str(target))
    elf = folder / "blocks.elf"
    link = [
        "-nostartfiles",
        "--specs=nano.specs",
        "-Wl,--gc-sections",
        "-T",
        str(HERE / "blocks.ld"),
    ]
    command = [GXX, *OPTIONS, *objects, *link, "-o", str(elf)]
    subprocess.run(command, check=True, timeout=60)
    return elf


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """For each block the cases that the device compared, and how many of them differ."""
    needs.program(GCC)
    image = Image.from_file(compile_blocks(tmp_path_factory.mktemp("blocks")))
    with open_engine("embedded") as machine:
        machine.load(image, select_platform("stm32f4_discovery"))
        done = image.symbol("Done").address & ~1
        reason = machine.run(Stop(pc=frozenset({done})), LIMIT)
        assert reason.kind is StopKind.PC, reason
        numbers = struct.unpack("<6I", machine.memory.read(image.symbol("results").address, 24))
    return dict(zip(BLOCKS, zip(numbers[::2], numbers[1::2], strict=True), strict=True))


@pytest.mark.parametrize("block", BLOCKS)
def test_block_computes_what_arms_function_does(
    results: dict[str, tuple[int, int]], block: str
) -> None:
    compared, differ = results[block]
    assert compared >= 50
    assert differ == 0
