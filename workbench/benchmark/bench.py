"""The matrix of boards and kernel sets: what one inference answers and costs on each image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench import __version__
from workbench.benchmark.cost import (
    TFLITE_MICRO,
    BenchReport,
    InferenceCost,
    MemoryUse,
    Misfit,
    ModelSummary,
    OracleCheck,
)
from workbench.benchmark.fit import DoesNotFitError, fit_arena, memory_need
from workbench.benchmark.inputs import Inputs, file_inputs, own_recordings, random_inputs
from workbench.benchmark.need import Peak
from workbench.builder import (
    DEFAULT_CHOICES,
    BuildChoices,
    BuildPlan,
    BuiltImage,
    boards,
    build,
    build_host,
    plan_builds,
)
from workbench.builder.host import NAME as HOST_ORACLE
from workbench.builder.host import HostOracle, host_compiler, host_plan
from workbench.errors import CheckFailedError, UserError
from workbench.image import Image
from workbench.model.oracle import Oracle, available
from workbench.model.reader import read_model
from workbench.platform import Platform, select_platform
from workbench.runs.inference import Classification, boot
from workbench.support.distinct import Distinct
from workbench.support.resources import own_model
from workbench.support.serialize import NOT_IN_JSON
from workbench.timing.latency import modelled_latencies
from workbench.timing.model import CycleModel

Outputs = tuple[npt.NDArray[Any], ...]
NO_COMPILER = "a host build of the custom operators, for which there is no C++ compiler (c++)"

Progress = Callable[[str], None]
"""Told what is being done now."""


@dataclass(frozen=True)
class Matrix:
    """The report, and what each image answered to each input, in the order of its rows."""

    report: BenchReport
    answers: tuple[tuple[Classification, ...], ...]


@dataclass(frozen=True)
class Answers:
    """What one image answered, and what the engine has warned of.

    failed: why it answered no more, None where it has answered all.
    """

    answers: tuple[Classification, ...]
    warnings: tuple[str, ...]
    failed: CheckFailedError | None = field(default=None, metadata=NOT_IN_JSON)


@dataclass(frozen=True)
class _Ran:
    """What one image cost and answered, on which engine, and what that has warned of."""

    cost: InferenceCost
    answers: tuple[Classification, ...]
    engine: str
    warnings: tuple[str, ...]


def run_matrix(
    plans: Sequence[BuildPlan],
    model: Path,
    inputs: Inputs,
    engine: str = "auto",
    progress: Progress = lambda _: None,
    uart_pacing: str | None = None,
) -> Matrix:
    """Build each plan with the smallest arena it runs with, boot it, and give it all inputs.

    A plan for which its board lacks the memory becomes a misfit of the report. The outputs are
    compared with those of the host's `tflite_micro` where that is installed.
    uart_pacing: another one than the boards' own.
    """
    loaded = read_model(model)
    platforms = {plan.board: select_platform(plan.board, uart_pacing=uart_pacing) for plan in plans}
    oracle, expected = _oracle_outputs(plans[0], model, inputs)
    rows, answers, misfits, engines, compilers = [], [], [], set(), set()
    warned = Distinct(inputs.warnings_for(loaded))
    for plan in plans:
        progress(f"building {plan.name}")
        try:
            built = build(fit_arena(plan))
        except DoesNotFitError as error:
            misfits.append(Misfit(plan.board, plan.kernels, error.need, error.hint))
            continue
        progress(f"running {plan.name}")
        peak = memory_need(plan).peak
        try:
            ran = _run_image(built, platforms[built.board], inputs, expected, engine, peak)
        except CheckFailedError as error:
            message = f"{plan.name}: {error.message}"
            raise CheckFailedError(message, error.hint, error.details, error.warnings) from error
        warned.add(f"{plan.board}: {text}" for text in ran.warnings)
        rows.append(ran.cost)
        answers.append(ran.answers)
        engines.add(ran.engine)
        compilers.add(built.toolchain)
    report = BenchReport(
        model=ModelSummary(
            plans[0].model_name, loaded.sha256, loaded.size, loaded.macs, loaded.parameters
        ),
        inputs=inputs.what,
        engine=", ".join(sorted(engines)),
        toolchain=", ".join(sorted(compilers)),
        workbench=__version__,
        rows=tuple(rows),
        flags=", ".join(sorted({plan.optimization for plan in plans})),
        warnings=warned.all,
        misfits=tuple(misfits),
        oracle=oracle,
    )
    return Matrix(report, tuple(answers))


def bench(
    board_names: Sequence[str] | None = None,
    kernel_sets: Sequence[str] | None = None,
    model: Path | None = None,
    files: Sequence[Path] | None = None,
    engine: str = "auto",
    progress: Progress = lambda _: None,
    choices: BuildChoices = DEFAULT_CHOICES,
    uart_pacing: str | None = None,
) -> BenchReport:
    """Run the matrix; None is all boards, all kernel sets, the committed model, its recordings.

    A model of the user's without `files` is given seeded random inputs.
    """
    path = model or own_model()
    if files:
        inputs = file_inputs(files, read_model(path))
    else:
        inputs = own_recordings() if model is None else random_inputs(read_model(path))
    plans = plan_builds(board_names or boards(), kernel_sets or (), model, choices)
    return run_matrix(plans, path, inputs, engine, progress, uart_pacing).report


def require_oracle_agrees(report: BenchReport) -> None:
    """Raise CheckFailedError where an image's output is not that of the host's `tflite_micro`."""
    for row in report.rows:
        if row.oracle is not None and not row.oracle.holds:
            differ = row.oracle.compared - row.oracle.equal_bytes
            raise CheckFailedError(
                f"{row.board}, {row.kernels}: {differ} of {row.oracle.compared} outputs differ "
                f"from those of {report.oracle}",
                "a kernel computes something else than TFLM; please report it with the model",
            )


def require_one_fits(report: BenchReport) -> None:
    """Raise UserError where none of the boards has the memory for the model."""
    if not report.rows and report.misfits:
        first = report.misfits[0]
        raise UserError(
            f"{report.model.name} does not fit: {first.board}, {first.kernels} lacks "
            f"{first.need.shortage}",
            first.hint,
        )


def classify_files(
    files: Sequence[Path],
    board: str,
    kernels: str | None,
    model: Path | None = None,
    engine: str = "auto",
    progress: Progress = lambda _: None,
    choices: BuildChoices = DEFAULT_CHOICES,
    uart_pacing: str | None = None,
) -> Answers:
    """Build one image, boot it, and return its answers to all that is in `files`.

    kernels: None where the choices have a TensorFlow Lite Micro. `require_all_answered` says
    whether all were answered. uart_pacing: another one than the board's own.
    """
    loaded = read_model(model or own_model())
    inputs = file_inputs(files, loaded)
    warnings = inputs.warnings_for(loaded)
    (plan,) = plan_builds([board], [kernels] if kernels else [], model, choices)
    platform = select_platform(board, uart_pacing=uart_pacing)
    progress(f"building {plan.name}")
    built = build(fit_arena(plan))
    progress(f"running {plan.name}")
    answers: list[Classification] = []
    try:
        with boot(Image.from_file(built.elf), platform, engine) as session:
            for features in inputs.features:
                progress(f"classifying {features.name}")
                answers.append(session.classify(features))
    except CheckFailedError as error:  # what came before it is an answer all the same
        failed = CheckFailedError(error.message, error.hint, error.details)
        return Answers(tuple(answers), (*warnings, *error.warnings), failed)
    return Answers(tuple(answers), (*warnings, *session.warnings))


def require_all_answered(answers: Answers) -> None:
    """Raise CheckFailedError where the firmware crashed before it had answered all."""
    if answers.failed is not None:
        raise answers.failed


def _oracle_outputs(
    plan: BuildPlan, path: Path, inputs: Inputs
) -> tuple[str, list[Outputs] | None]:
    """Return which oracle there is on the host, and what it answers; None where there is none.

    The package tflite_micro cannot take operators of the user's.
    """
    if plan.model.custom:
        compiler = host_compiler()
        if compiler is None:
            return NO_COMPILER, None
        program = build_host(host_plan(plan, compiler))
        with HostOracle(program, plan.model.data) as host:
            return HOST_ORACLE, [host.answer(features) for features in inputs.features]
    if not available():
        return TFLITE_MICRO, None
    with Oracle.from_file(path) as oracle:
        return TFLITE_MICRO, [oracle.answer(features) for features in inputs.features]


def _run_image(
    built: BuiltImage,
    platform: Platform,
    inputs: Inputs,
    expected: Sequence[Outputs] | None,
    engine: str,
    peak: Peak | None,
) -> _Ran:
    with boot(Image.from_file(built.elf), platform, engine) as session:
        answered = tuple(session.classify(features) for features in inputs.features)
        invoke = session.invokes
        trace = session.trace(inputs.features[-1])
        estimates = CycleModel.of(platform).estimates(trace, platform.report_clocks_hz)
        cost = InferenceCost(
            board=built.board,
            kernels=built.kernels,
            invoke=invoke,
            flash_bytes=built.footprint.flash,
            ram_bytes=built.footprint.ram,
            arena_used=session.hello.arena_used,
            oracle=_check(answered, expected) if expected is not None else None,
            latencies=modelled_latencies(estimates),
            stack_peak=session.client.hello().stack_peak,
            device_cycles=session.device_cycles,
            memory=MemoryUse(built.footprint.flash_share, built.footprint.ram_share, peak),
        )
        return _Ran(cost, answered, session.engine_name, session.warnings)


def _check(answered: Sequence[Classification], expected: Sequence[Outputs]) -> OracleCheck:
    equal_bytes = equal_labels = 0
    for answer, outputs in zip(answered, expected, strict=True):
        scores = outputs[0]
        ours = np.frombuffer(answer.output, scores.dtype, scores.size)
        equal_bytes += answer.output == b"".join(output.tobytes() for output in outputs)
        equal_labels += bool(ours.argmax() == scores.argmax())
    return OracleCheck(len(answered), equal_bytes, equal_labels)
