"""The arena of a runtime that does not say itself what it needs, and what is said of a misfit."""

from dataclasses import replace

import pytest

from tests.unit.builder.plans import TOOLCHAIN, a_plan
from workbench.benchmark.fit import DoesNotFitError, fit_arena, smallest_arena
from workbench.benchmark.need import MemoryNeed, Peak
from workbench.builder import plan

FITS = MemoryNeed(2000, 40_000, 1 << 20, 12_000, 128 << 10, Peak(3, "CONV_2D", 1800))


@pytest.fixture
def planned(monkeypatch):
    monkeypatch.setattr(plan, "find_toolchain", lambda: TOOLCHAIN)
    return a_plan()


@pytest.fixture
def needs(monkeypatch):
    """Return a function that sets what any image needs."""

    def set_need(need):
        monkeypatch.setattr("workbench.benchmark.fit.memory_need", lambda _: need)

    return set_need


@pytest.mark.parametrize("least", [2000, 2016, 2032, 2512, 4096, 100_000])
def test_the_smallest_arena_that_starts_is_found_in_few_steps(least):
    tried = []

    def starts(size):
        tried.append(size)
        return size >= least

    assert smallest_arena(2000, starts) == -(-least // 16) * 16
    assert len(tried) <= 26


def test_a_plan_gets_the_arena_that_its_model_needs(planned, needs):
    needs(FITS)
    assert fit_arena(planned).arena_bytes == 2000


def test_an_arena_that_was_given_stays(planned):
    given = replace(planned, arena_bytes=512)
    assert fit_arena(given) == given


def test_a_misfit_says_by_how_much_of_what_and_what_helps(planned, needs):
    needs(replace(FITS, ram=140_000, flash=(1 << 20) + 96))
    with pytest.raises(DoesNotFitError) as caught:
        fit_arena(planned)
    assert "by 96 bytes of flash and 8,928 bytes of RAM" in caught.value.message
    assert "operator 3 CONV_2D" in caught.value.hint
    assert "140,000 bytes of RAM" in caught.value.hint
    assert caught.value.need.ram == 140_000


@pytest.mark.parametrize(
    ("need", "shortage"),
    [
        (FITS, ""),
        (replace(FITS, ram=(128 << 10) + 1), "1 bytes of RAM"),
        (replace(FITS, flash=2 << 20), "1,048,576 bytes of flash"),
    ],
)
def test_the_shortage_in_words(need, shortage):
    assert need.shortage == shortage
    assert need.fits == (not shortage)
