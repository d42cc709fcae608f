"""The portable kernels give TFLM's bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.firmware.runtime.cases import GENERATORS, cases_of, expected_output
from tests.firmware.runtime.runner import Runner
from tests.firmware.runtime.values import Case
from workbench.support.resources import own_model

pytest.importorskip("tflite_micro")

STATEFUL = [name for name in GENERATORS if next(cases_of(name)).steps > 1]
SHARED_MODELS = Path(__file__).parents[4] / "shared" / "models"
INFERENCES = 5


def require_equal(runner: Runner, case: Case, **options: bool) -> None:
    run = runner.run(case.model, case.inputs, invocations=case.steps, stream=True, **options)
    assert run.done, f"{case}: {run.step}: {run.log}"
    assert run.output == expected_output(case), f"{case}: the output differs"


@pytest.mark.parametrize("operator", GENERATORS)
def test_operator_is_bit_exact(runner: Runner, operator: str) -> None:
    for case in cases_of(operator):
        require_equal(runner, case)


@pytest.mark.parametrize("operator", STATEFUL)
def test_state_is_reset_as_by_tflm(runner: Runner, operator: str) -> None:
    for case in cases_of(operator):
        run = runner.run(
            case.model, case.inputs, invocations=case.steps, stream=True, reset_before=2
        )
        assert run.output == expected_output(case, reset_before=2), f"{case}: the output differs"


@pytest.mark.parametrize("operator", [name for name in GENERATORS if name.endswith("int8")])
def test_int8_registration_computes_the_same(runner: Runner, operator: str) -> None:
    for case in list(cases_of(operator))[:5]:
        require_equal(runner, case, int8_only=True)


@pytest.mark.parametrize("name", ["keyword_spotter", "kws_ref_model", "ad01_int8"])
@pytest.mark.parametrize("preserve_all", [False, True])
def test_whole_model_is_bit_exact(runner: Runner, name: str, preserve_all: bool) -> None:
    path = own_model() if name == "keyword_spotter" else SHARED_MODELS / f"{name}.tflite"
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    model = path.read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(INFERENCES):
        values = rng.integers(-128, 128, input_shape(model), np.int8)
        require_equal(runner, Case(name, model, (values,)), preserve_all=preserve_all)


def input_shape(model: bytes) -> tuple[int, ...]:
    import tflite

    graph = tflite.Model.GetRootAs(model).Subgraphs(0)
    return tuple(int(size) for size in graph.Tensors(graph.Inputs(0)).ShapeAsNumpy())
