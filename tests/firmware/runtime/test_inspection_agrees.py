"""What `model inspect` accepts, the runtime prepares: its rules against the kernels themselves."""

from __future__ import annotations

import random
from itertools import islice

import pytest

from tests.firmware.runtime.cases import GENERATORS, cases_of
from tests.firmware.runtime.runner import Runner
from tests.firmware.runtime.test_fuzz import mutated
from workbench.errors import ModelError
from workbench.model.inspection import Severity, check
from workbench.model.kernel_rules import has_rule
from workbench.model.reader import parse_model

CASES, MUTATIONS = 4, 60


def is_accepted(model: bytes) -> bool:
    """Whether `model inspect` says that the firmware can run it, by rules that it has."""
    try:
        parsed = parse_model(model)
    except ModelError:
        return False
    faults = [finding for finding in check(parsed) if finding.severity is Severity.ERROR]
    return not faults and all(map(has_rule, parsed.operators))


@pytest.mark.parametrize("operator", GENERATORS)
def test_what_is_accepted_is_prepared(runner: Runner, operator: str) -> None:
    rng = random.Random(operator)
    for case in islice(cases_of(operator), CASES):
        models = [case.model]
        models += [mutated(rng, case.model, min(len(case.model), 4096)) for _ in range(MUTATIONS)]
        for model in filter(is_accepted, models):
            run = runner.run(model, case.inputs)
            assert run.error in ("none", "arena too small"), run.log
