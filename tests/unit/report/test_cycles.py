"""The breakdown of a modelled latency as text."""

from dataclasses import replace

import pytest

from workbench.report.cycles import explain
from workbench.timing.cycles import Cycles
from workbench.timing.latency import Latency, basis_of

LATENCY = Latency(
    clock_hz=168_000_000,
    seconds=1e-5,
    basis=basis_of("Cortex-M4"),
    low_seconds=9e-6,
    high_seconds=1.1e-5,
    cycles=Cycles(1_000, 1_600, 2_000),
    wait_states=5,
    beyond_the_part=False,
    spent={
        "issue": Cycles(600, 600, 600),
        "flash": Cycles(300, 800, 1_100),
        "branches": Cycles(100, 200, 300),
    },
)


def test_each_cause_has_its_share_of_all_the_largest_first():
    _, _, *rows, total = explain(LATENCY)
    assert [(row.split()[0], row.split()[1], row.split()[-1]) for row in rows] == [
        ("flash", "800", "50.0%"),
        ("issue", "600", "37.5%"),
        ("branches", "200", "12.5%"),
    ]
    assert total.split() == ["all", "1,600", "1,000", "to", "2,000"]


def test_the_interval_stands_beside_the_best_estimate():
    flash = explain(LATENCY)[2]
    assert flash.split()[1:] == ["800", "300", "to", "1,100", "50.0%"]


def test_the_head_says_at_which_clock_and_wait_states():
    assert explain(LATENCY)[0] == "modelled cycles at 168 MHz (5 wait states)"
    beyond = explain(replace(LATENCY, beyond_the_part=True))[0]
    assert beyond.endswith("(5 wait states, faster than the part runs)")


@pytest.mark.parametrize("spent", [{}, {"issue": Cycles(0, 0, 0)}])
def test_nothing_that_was_executed_has_no_shares(spent):
    lines = explain(replace(LATENCY, cycles=Cycles(0, 0, 0), spent=spent))
    assert lines[-1].split()[:2] == ["all", "0"]
    assert all("0.0%" in line for line in lines[2:-1])
