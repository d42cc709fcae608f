"""What one inference costs with our runtime, beside TensorFlow Lite Micro on the same model.

    python -m tests.bench.kernels

TFLM's figures were counted with QEMU's insn plugin (TFLM at 90b983c2, CMSIS-NN 4ab83cc3,
arm-none-eabi-gcc 12.2.1, core -Os, kernels -O2; int8 registrations for CMSIS-NN): instructions of
one Invoke(), arena used, flash with the model and little else. The row of the keyword spotter is
TFLM's for a model of the same shapes. Ours are counted on the embedded engine; flash is that of the
runtime, the kernels and the model alone (see bare_image). The last column is the flash of the whole
demo firmware; TFLM's the same sources, built as above with -DNDEBUG and linked by `workbench build
--tflm-lib`.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from workbench.benchmark.bench import bench, require_oracle_agrees
from workbench.builder.model_source import read_model_source
from workbench.builder.plan import ALIGNMENT, DEFAULT_STACK_BYTES
from workbench.builder.sources import write_sources
from workbench.builder.toolchain import find_cmake, find_ninja, find_toolchain
from workbench.support.resources import own_model

BOARD = "stm32f4_discovery"
BARE_IMAGE = Path(__file__).with_name("bare_image")
SHARED_MODELS = Path(__file__).parents[3] / "shared" / "models"


@dataclass(frozen=True)
class Cost:
    """Instructions of one Invoke(), and bytes; `firmware_flash` is that of the demo firmware."""

    instructions: int
    arena: int
    flash: int
    firmware_flash: int


TFLM = {
    ("keyword_spotter", "reference"): Cost(446_016, 1_988, 44_220, 63_644),
    ("keyword_spotter", "cmsis_nn"): Cost(90_143, 2_196, 56_260, 77_964),
    ("kws_ref_model", "reference"): Cost(43_040_113, 22_772, 95_092, 114_752),
    ("kws_ref_model", "cmsis_nn"): Cost(7_697_706, 22_820, 107_164, 129_052),
    ("ad01_int8", "reference"): Cost(1_952_478, 2_260, 297_060, 312_984),
    ("ad01_int8", "cmsis_nn"): Cost(582_967, 2_580, 308_612, 321_720),
}
# The kernels of TFLM that each of our sets stands beside.
TFLM_KERNELS = {"reference": "reference", "cmsis_nn": "cmsis_nn", "dsp": "cmsis_nn"}


def models() -> dict[str, Path]:
    """The committed model, and those beside the repository where they are present."""
    found = {"keyword_spotter": own_model()}
    for name in ("kws_ref_model", "ad01_int8"):
        path = SHARED_MODELS / f"{name}.tflite"
        if path.exists():
            found[name] = path
    return found


def measure(path: Path) -> dict[str, Cost]:
    """Build `path` with each kernel set, run it on the embedded engine, and return the costs.

    Raises CheckFailedError where an output is not that of `tflite_micro`.
    """
    report = bench([BOARD], model=path, engine="embedded")
    require_oracle_agrees(report)
    return {
        row.kernels: Cost(
            round(row.invoke.median or 0),
            row.arena_used,
            bare_flash(path, row.kernels),
            row.flash_bytes,
        )
        for row in report.rows
    }


def bare_flash(model: Path, kernels: str) -> int:
    """Build the image that has nothing but runtime, kernels and model; return its flash."""
    with TemporaryDirectory() as folder:
        sources = Path(folder, "model")
        write_sources(sources, read_model_source(model), kernels, ALIGNMENT, DEFAULT_STACK_BYTES)
        options = [
            f"-DKERNELS={kernels}",
            f"-DMODEL_SOURCES={sources}",
            f"-DCMAKE_MAKE_PROGRAM={find_ninja().path}",
            f"-DPython3_EXECUTABLE={sys.executable}",
        ]
        cmake = str(find_cmake().path)
        tree = str(Path(folder, "build"))
        configure = [
            cmake,
            "--no-warn-unused-cli",
            "-G",
            "Ninja",
            "-S",
            str(BARE_IMAGE),
            "-B",
            tree,
            *options,
        ]
        for command in (configure, [cmake, "--build", tree, "--parallel", "2"]):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        size = str(find_toolchain().gcc.path.with_name("arm-none-eabi-size"))
        printed = subprocess.check_output([size, str(Path(tree, "bare_image.elf"))], text=True)
    text, data = printed.splitlines()[1].split()[:2]
    return int(text) + int(data)


def main() -> None:
    """Print the table."""
    print(
        f"{'model':16} {'kernels':10} {'instructions':>23} {'arena':>15} {'flash':>17} "
        f"{'whole firmware':>17}"
    )
    for name, path in models().items():
        for kernels, ours in measure(path).items():
            theirs = TFLM[name, TFLM_KERNELS[kernels]]
            print(
                f"{name:16} {kernels:10} {ours.instructions:>11,}/{theirs.instructions:<11,} "
                f"{ours.arena:>7,}/{theirs.arena:<7,} {ours.flash:>8,}/{theirs.flash:<8,} "
                f"{ours.firmware_flash:>9,}/{theirs.firmware_flash:<7,}"
            )
    print("ours/TFLM's; instructions counted")


if __name__ == "__main__":
    main()
