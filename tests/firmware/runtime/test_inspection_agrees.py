"""`model inspect` and the runtime have one verdict on a model, right or damaged."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from tests.firmware.runtime.building import SOURCES, build
from tests.firmware.runtime.cases import GENERATORS, cases_of
from tests.firmware.runtime.device import MODEL_ROOM, Device
from tests.firmware.runtime.runner import Runner
from tests.firmware.runtime.test_fuzz import mutated
from workbench.errors import ModelError
from workbench.model import runtime_verdict
from workbench.model.inspection import Severity, check
from workbench.model.reader import parse_model
from workbench.model.tensor_info import DTYPES

CASES, MUTATIONS = 3, 40
CASES_ON_THE_CORE, MUTATIONS_ON_THE_CORE = 1, 6
ANYTHING = (np.zeros(16, np.int8),)
TAKEN = ("none", "arena too small", "invoke failed")

if not runtime_verdict.is_available():
    pytest.skip("this installation was made without a C++ compiler", allow_module_level=True)


def is_accepted(content: bytes) -> bool | None:
    """Whether `model inspect` accepts it; None where its file or its inputs are at fault alone."""
    try:
        model = parse_model(content)
    except ModelError:
        return None
    if {tensor.type for tensor in (*model.inputs, *model.outputs)} - DTYPES.keys():
        return None
    return all(f.severity is not Severity.ERROR for f in check(model, content))


def models_of(operator: str, cases: int, mutations: int) -> Iterator[bytes]:
    rng = random.Random(operator)
    for case in islice(cases_of(operator), cases):
        yield case.model
        for _ in range(mutations):
            yield mutated(rng, case.model, min(len(case.model), 4096))


@pytest.mark.parametrize("operator", GENERATORS)
def test_on_the_host(runner: Runner, operator: str) -> None:
    for model in models_of(operator, CASES, MUTATIONS):
        accepted = is_accepted(model)
        if accepted is not None:
            run = runner.run(model)
            assert accepted == (run.error in TAKEN), (run.log, check(parse_model(model), model))


@pytest.fixture(scope="module")
def device() -> Iterator[Device]:
    machine = Device(build(SOURCES / "device", "arm-none-eabi-g++", "runtime_device.elf"))
    yield machine
    machine.close()


@pytest.mark.parametrize("operator", GENERATORS)
def test_on_the_core(device: Device, operator: str) -> None:
    for model in models_of(operator, CASES_ON_THE_CORE, MUTATIONS_ON_THE_CORE):
        accepted = is_accepted(model)
        if accepted is not None and len(model) <= MODEL_ROOM:
            assert accepted == (device.run(model, ANYTHING).error in TAKEN)
