"""The whole family of operators on the emulated Cortex-M4, with each kernel set."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from tests.firmware.runtime import (
    comparing,
    control,
    detection,
    elementwise,
    functions,
    gathering,
    movement,
    reductions,
    signal_library,
    stateful,
    upsampling,
)
from tests.firmware.runtime.building import SOURCES, build
from tests.firmware.runtime.cases import GENERATORS, cases_of, expected_output
from tests.firmware.runtime.device import Device
from tests.firmware.runtime.test_fuzz import MAY_LOOP, mutated
from workbench.builder.plan import KERNEL_SETS
from workbench.support.resources import own_model

pytest.importorskip("tflite_micro")

MUTATIONS = 1500


# Kernels that every set takes from the same library run with one set.
PORTABLE = {
    *comparing.GENERATORS,
    *detection.GENERATORS,
    *control.GENERATORS,
    *functions.GENERATORS,
    *gathering.GENERATORS,
    *reductions.GENERATORS,
    *elementwise.GENERATORS,
    *movement.GENERATORS,
    *signal_library.GENERATORS,
    *stateful.GENERATORS,
    *upsampling.GENERATORS,
} - {"sub_int8", "mul_int8"}
RUNS = [
    (kernels, operator)
    for kernels in KERNEL_SETS
    for operator in GENERATORS
    if kernels == "reference" or operator not in PORTABLE
]
INT8_RUNS = [(kernels, operator) for kernels, operator in RUNS if operator.endswith("int8")]


@pytest.fixture(scope="module", params=KERNEL_SETS)
def device(request: pytest.FixtureRequest) -> Iterator[Device]:
    # Arm's sources come with a package of this interpreter's environment.
    elf = build(
        SOURCES / "device",
        "arm-none-eabi-g++",
        "runtime_device.elf",
        f"-DKERNELS={request.param}",
        f"-DPython3_EXECUTABLE={sys.executable}",
    )
    machine = Device(elf)
    yield machine
    machine.close()


@pytest.mark.parametrize(("device", "operator"), RUNS, indirect=["device"])
def test_operator_is_bit_exact_on_the_core(device: Device, operator: str) -> None:
    for case in cases_of(operator):
        run = device.run(case.model, case.inputs, invocations=case.steps, stream=True)
        assert run.done, f"{case}: {run.step}: {run.log}"
        assert run.output == expected_output(case), f"{case}: the output differs"


@pytest.mark.parametrize(("device", "operator"), INT8_RUNS, indirect=["device"])
def test_int8_registration_computes_the_same_on_the_core(device: Device, operator: str) -> None:
    for case in list(cases_of(operator))[:5]:
        run = device.run(
            case.model, case.inputs, invocations=case.steps, stream=True, int8_only=True
        )
        assert run.output == expected_output(case), f"{case}: the output differs"


@pytest.mark.slow
def test_damaged_models_never_fault(device: Device) -> None:
    model = own_model().read_bytes()
    rng = random.Random(7)
    inputs = [np.zeros(490, np.int8)]
    endings = set()
    for _ in range(MUTATIONS):
        endings.add(device.run(mutated(rng, model, 4096), inputs).error)
    assert {"none", "corrupt", "inconsistent", "unsupported"} <= endings


@pytest.mark.slow
def test_damaged_operators_never_fault(device: Device) -> None:
    rng = random.Random(8)
    for operator in GENERATORS:
        case = next(cases_of(operator))
        for _ in range(20):
            inputs = () if operator in MAY_LOOP else case.inputs
            device.run(mutated(rng, case.model, len(case.model)), inputs)
