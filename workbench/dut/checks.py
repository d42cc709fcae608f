"""The checks themselves: each raises CheckFailedError with what was wanted and what was seen."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from workbench.errors import CheckFailedError, UserError
from workbench.fault.diagnosis import KINDS, Diagnosis
from workbench.fault.text import headline
from workbench.link import Hello
from workbench.model.features import Features
from workbench.model.oracle import Oracle
from workbench.model.reader import read_model
from workbench.runs.call_counter import Measurement
from workbench.runs.inference import Classification
from workbench.timing.latency import Latency


def label_should_be(answer: Classification, expected: str) -> None:
    """Raise CheckFailedError unless the firmware's label for an input is `expected`."""
    if answer.label != expected:
        scores = ", ".join(f"{label} {score:.3f}" for label, score in answer.scores.items())
        raise CheckFailedError(
            f"{answer.name}: the label is '{answer.label}', not '{expected}' (scores: {scores})"
        )


def scores_should_match_host(
    answers: Iterable[tuple[Features, Classification]], model: Path
) -> None:
    """Raise CheckFailedError unless the output bytes of each answer are those of the host's
    `tflite_micro`.

    Raises UserError where `tflite_micro` is not installed.
    """
    with Oracle.from_file(model) as oracle:
        for features, answer in answers:
            at = 0
            for expected in oracle.answer(features):
                output = answer.output[at : at + expected.nbytes]
                at += expected.nbytes
                if output != expected.tobytes():
                    seen = np.frombuffer(output, expected.dtype)
                    raise CheckFailedError(
                        f"{answer.name}: the output is {seen.tolist()}, "
                        f"on the host it is {expected.reshape(-1).tolist()}"
                    )


def same_model(hello: Hello, model: Path) -> None:
    """Raise UserError where the firmware does not hold the model in the file `model`."""
    held = read_model(model).sha256
    if held != hello.model_sha256:
        raise UserError(
            f"the firmware holds the model {hello.model_sha256[:12]}, {model.name} is {held[:12]}",
            "name the .tflite that the firmware was built with",
        )


def most_instructions(invokes: Measurement) -> int:
    """Return the instructions of the longest inference; CheckFailedError where there was none."""
    if invokes.maximum is None:
        raise CheckFailedError(
            f"{invokes.what} was not called, or has not ended yet",
            "inject features, or let it run, before its cost is checked",
        )
    return invokes.maximum


def instructions_should_be_at_most(invokes: Measurement, limit: int) -> None:
    """Raise CheckFailedError if an inference took more than `limit` instructions."""
    at_most(f"instructions of {invokes.what}", most_instructions(invokes), limit)


def latency_should_be_at_most(latency: Latency, seconds: float) -> None:
    """Raise CheckFailedError if an inference takes longer, at the upper end of the model's
    interval.
    """
    high = latency.high_seconds
    if high > seconds:
        raise CheckFailedError(
            f"the latency at {latency.clock_hz / 1e6:g} MHz is {latency.seconds * 1e3:.4g} ms, at "
            f"most {high * 1e3:.4g} ms ({latency.basis}); that is more than {seconds * 1e3:.4g} ms"
        )


def at_most(what: str, seen: int, limit: int) -> None:
    """Raise CheckFailedError if `seen` is above `limit`."""
    if seen > limit:
        raise CheckFailedError(f"{what}: {seen:,}, more than {limit:,}")


def should_not_have_faulted(diagnosis: Diagnosis | None) -> None:
    """Raise CheckFailedError if the core has taken a fault."""
    if diagnosis is not None:
        raise CheckFailedError(f"the firmware faulted: {_described(diagnosis)}")


def fault_should_be(diagnosis: Diagnosis, kind: str, function: str | None) -> None:
    """Raise CheckFailedError unless the fault is of `kind`, and in `function` where that is given.

    kind: an exception or a cause, as the manual spells it.
    """
    if kind not in KINDS:
        raise UserError(
            f"no fault is called '{kind}'", f"choose one of: {', '.join(sorted(KINDS))}"
        )
    if kind not in diagnosis.kinds:
        raise CheckFailedError(f"the fault is not {kind}: {_described(diagnosis)}")
    if function is not None:
        inside = diagnosis.function
        if function not in (inside, inside.split("(", 1)[0]):
            raise CheckFailedError(f"the fault is not in {function}: {_described(diagnosis)}")


def _described(diagnosis: Diagnosis) -> str:
    causes = ", ".join(diagnosis.causes)
    return headline(diagnosis) + (f" ({causes})" if causes else "")
