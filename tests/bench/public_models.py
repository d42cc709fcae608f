"""Models that other people published, on boards and kernel sets: answers, instructions, memory.

    python -m tests.bench.public_models [--board NAME] [--kernels NAME] [--exact] [FILE...]

Without files, those of ../shared/models/public. Each is given 20 random inputs, as one stream;
`as host` counts the outputs that are byte-equal to those of `tflite_micro`. A model that cannot run
is shown with the reason. --exact links each image once more with 16 bytes of arena less, with which
it must not start.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workbench.benchmark.bench import run_matrix
from workbench.benchmark.cost import BenchReport, InferenceCost
from workbench.benchmark.fit import fit_arena
from workbench.benchmark.inputs import random_inputs
from workbench.builder import BuildPlan, build, plan_builds
from workbench.builder.plan import ALIGNMENT, KERNEL_SETS
from workbench.builder.plan import boards as all_boards
from workbench.errors import WorkbenchError
from workbench.image import Image
from workbench.model.reader import read_model
from workbench.platform import select_platform
from workbench.runs.inference import boot

FOLDER = Path(__file__).parents[3] / "shared" / "models" / "public"
INPUTS = 20
ENGINE = "embedded"


def rows(model: Path, boards: Sequence[str], kernels: Sequence[str], exact: bool) -> list[str]:
    """Run the matrix for one model and return a row of Markdown for each image."""
    try:
        plans = plan_builds(boards, kernels, model)
        inputs = random_inputs(read_model(model), INPUTS)
        report = run_matrix(plans, model, inputs, ENGINE).report
    except WorkbenchError as error:
        return [_row(model.stem, "", "", f"refused: {error.message}")]
    found = [
        _measured(model, cost, _starts_with_less(plans, cost) if exact else None)
        for cost in report.rows
    ]
    return found + _misfits(model, report)


def _measured(model: Path, cost: InferenceCost, starts_with_less: bool | None) -> str:
    assert cost.oracle is not None, "tflite_micro is not installed"
    exact = {None: "", True: " (starts with less)", False: " (exact)"}[starts_with_less]
    return _row(
        model.stem,
        cost.board,
        cost.kernels,
        f"{cost.oracle.equal_bytes}/{cost.oracle.compared}",
        f"{round(cost.invoke.median or 0):,}",
        f"{cost.arena_used:,}{exact}",
        f"{cost.flash_bytes:,}",
    )


def _misfits(model: Path, report: BenchReport) -> list[str]:
    return [
        _row(model.stem, one.board, one.kernels, f"does not fit, by {one.need.shortage}")
        for one in report.misfits
    ]


def _starts_with_less(plans: Sequence[BuildPlan], cost: InferenceCost) -> bool:
    """Return whether the image starts with 16 bytes of arena less than it was linked with."""
    (plan,) = (p for p in plans if (p.board, p.kernels) == (cost.board, cost.kernels))
    fitted = fit_arena(plan)
    assert fitted.arena_bytes is not None
    built = build(replace(fitted, arena_bytes=fitted.arena_bytes - ALIGNMENT))
    try:
        with boot(Image.from_file(built.elf), select_platform(plan.board), ENGINE):
            return True
    except WorkbenchError:
        return False


def _row(*cells: str) -> str:
    padded = [*cells, *[""] * (7 - len(cells))]
    return f"| {' | '.join(padded)} |"


def main() -> None:
    """Print the table, a model at a time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--board", action="append", choices=all_boards())
    parser.add_argument("--kernels", action="append", choices=KERNEL_SETS)
    parser.add_argument("--exact", action="store_true")
    options = parser.parse_args()
    print(_row("model", "board", "kernels", "as host", "instructions", "arena", "flash"))
    print("|---|---|---|---|--:|--:|--:|")
    for model in options.files or sorted(FOLDER.glob("*.tflite")):
        boards, kernels = options.board or all_boards(), options.kernels or ()
        for row in rows(model, boards, kernels, options.exact):
            print(row, flush=True)


if __name__ == "__main__":
    main()
