"""What one inference costs with our runtime, beside TensorFlow Lite Micro on the same model.

    python -m tests.bench.kernels

TFLM's figures were counted with QEMU's insn plugin (TFLM at 90b983c2, CMSIS-NN 4ab83cc3,
arm-none-eabi-gcc 12.2.1, core -Os, kernels -O2; int8 registrations for CMSIS-NN): instructions of
one Invoke(), arena used, flash with the model and little else. The row of the keyword spotter is
TFLM's for a model of the same shapes. Ours are counted on the embedded engine; our flash is that of
the whole demo firmware. The last column is TFLM's flash in that same firmware: the same sources of
TFLM, built as above with -DNDEBUG and linked by `workbench build --tflm-lib`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.bench import bench, require_oracle_agrees
from workbench.inputs import own_model

BOARD = "stm32f4_discovery"
SHARED_MODELS = Path(__file__).parents[3] / "shared" / "models"


@dataclass(frozen=True)
class Cost:
    """Instructions of one Invoke(), and bytes."""

    instructions: int
    arena: int
    flash: int


@dataclass(frozen=True)
class TflmCost(Cost):
    """TFLM's; `firmware_flash` is that of the demo firmware with it."""

    firmware_flash: int


TFLM = {
    ("keyword_spotter", "reference"): TflmCost(446_016, 1_988, 44_220, 63_644),
    ("keyword_spotter", "cmsis_nn"): TflmCost(90_143, 2_196, 56_260, 77_964),
    ("kws_ref_model", "reference"): TflmCost(43_040_113, 22_772, 95_092, 114_752),
    ("kws_ref_model", "cmsis_nn"): TflmCost(7_697_706, 22_820, 107_164, 129_052),
    ("ad01_int8", "reference"): TflmCost(1_952_478, 2_260, 297_060, 312_984),
    ("ad01_int8", "cmsis_nn"): TflmCost(582_967, 2_580, 308_612, 321_720),
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
        row.kernels: Cost(round(row.invoke.median or 0), row.arena_used, row.flash_bytes)
        for row in report.rows
    }


def main() -> None:
    """Print the table."""
    print(
        f"{'model':16} {'kernels':10} {'instructions':>23} {'arena':>15} {'flash':>17}  TFLM in it"
    )
    for name, path in models().items():
        for kernels, ours in measure(path).items():
            theirs = TFLM[name, TFLM_KERNELS[kernels]]
            print(
                f"{name:16} {kernels:10} {ours.instructions:>11,}/{theirs.instructions:<11,} "
                f"{ours.arena:>7,}/{theirs.arena:<7,} {ours.flash:>8,}/{theirs.flash:<8,} "
                f"{theirs.firmware_flash:>11,}"
            )
    print("ours/TFLM's; instructions counted")


if __name__ == "__main__":
    main()
