"""The cycle model comes within ten per cent of published silicon figures, none worse than 15."""

from __future__ import annotations

import statistics

import pytest

from tests import needs
from tests.bench._silicon_models import COMPILER
from tests.bench.silicon import POINTS, Checked, check

MEAN_ERROR, WORST_ERROR = 0.10, 0.15


@pytest.fixture(scope="module")
def points() -> list[Checked]:
    pytest.importorskip("bakenn", reason="bakenn generates the code of the silicon figures")
    needs.program(COMPILER)
    return [check(point, "embedded") for point in POINTS]


def test_errors_stay_small(points: list[Checked]) -> None:
    errors = [abs(point.error) for point in points]
    assert statistics.mean(errors) <= MEAN_ERROR
    assert max(errors) <= WORST_ERROR


def test_silicon_lies_in_the_interval(points: list[Checked]) -> None:
    for point in points:
        assert point.model.cycles.low <= point.silicon <= point.model.cycles.high, point.name
