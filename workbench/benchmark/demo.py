"""The demo: build, boot, classify recordings on every board with every kernel set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.benchmark.bench import Progress, require_one_fits, run_matrix
from workbench.benchmark.cost import BenchReport
from workbench.benchmark.inputs import Inputs, file_inputs, own_recordings
from workbench.builder import DEFAULT_CHOICES, BuildChoices, boards, plan_builds
from workbench.model.reader import read_model
from workbench.runs.inference import Classification
from workbench.support.resources import own_model


@dataclass(frozen=True)
class Heard:
    """One recording, what was said in it where that is known, and the answer of each image."""

    recording: str
    expected: str | None
    answers: tuple[Classification, ...]

    @property
    def agree(self) -> bool:
        """Did all images give the same output bytes?"""
        return all(answer.output == self.answers[0].output for answer in self.answers)


@dataclass(frozen=True)
class DemoReport:
    """What the boards heard, and what one inference costs on them.

    The answers to a recording are in the order of the rows of `bench`.
    """

    heard: tuple[Heard, ...]
    bench: BenchReport


def run_demo(
    files: Sequence[Path] = (),
    engine: str = "auto",
    progress: Progress = lambda _: None,
    choices: BuildChoices = DEFAULT_CHOICES,
) -> DemoReport:
    """Classify the project's recordings and `files` on every board with every kernel set."""
    model = own_model()
    inputs = own_recordings()
    if files:
        given = file_inputs(files, read_model(model))
        inputs = Inputs(f"{inputs.what} and {given.what}", inputs.features + given.features)
    plans = plan_builds(boards(), (), None, choices)
    matrix = run_matrix(plans, model, inputs, engine, progress)
    require_one_fits(matrix.report)
    heard = tuple(
        Heard(answers[0].name, answers[0].expected, answers)
        for answers in zip(*matrix.answers, strict=True)
    )
    return DemoReport(heard, matrix.report)
