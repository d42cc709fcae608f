"""Runs do not differ: one after the other, and many at the same time on few cores.

`python -m tests.bench.repeatability` does the same more often, on Renode too.
"""

import pytest

from tests import needs
from tests.bench.repeatability import BOARD, at_a_time, in_a_row


@pytest.fixture(params=["embedded", pytest.param("renode", marks=pytest.mark.renode)])
def engine(request):
    if request.param == "renode":
        needs.renode()
    return request.param


@pytest.fixture
def elf(firmware_image):
    return firmware_image(BOARD, "cmsis_nn").elf


def test_runs_in_a_row_show_the_same(engine, elf):
    assert len(in_a_row(engine, elf, 50 if engine == "embedded" else 5)) == 1


def test_runs_at_a_time_show_the_same(engine, elf):
    (shown,) = at_a_time(engine, elf, 8 if engine == "embedded" else 3)
    assert "failed" not in shown
