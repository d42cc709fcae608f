"""The tables of figures: whole at every width."""

import pytest

from tests.unit.costs import cost, matrix, report
from workbench.report.bench import print_costs


@pytest.fixture
def printed(monkeypatch, capsys):
    """Return a function that prints a report on a terminal of so many columns."""

    def show(costs, columns):
        monkeypatch.setenv("COLUMNS", str(columns))
        print_costs(costs)
        return capsys.readouterr().out

    return show


@pytest.fixture
def large():
    """Figures of a model with as many digits as the MLPerf Tiny benchmarks have."""
    return report(cost("nrf52840_dk", "reference", 43_040_113), cost("nrf52840_dk", "dsp", 84_000))


@pytest.mark.parametrize("columns", [20, 60, 80, 100, 200])
def test_every_figure_is_whole_at_every_width(printed, columns):
    shown = printed(matrix(), columns)
    for figure in (
        *("168,000", "84,000", "48,123", "12,288", "1,900", "772", "4/4", "3/4"),
        *("3.94", "3.54-4.33", "1.50", "1.35-1.65", "0.750*", "0.675-0.825"),
    ):
        assert figure in shown, figure
    assert "…" not in shown


@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_no_line_is_longer_than_the_terminal(printed, large, columns):
    for costs in (matrix(), large):
        assert max(len(line) for line in printed(costs, columns).splitlines()) <= columns


def test_a_wide_terminal_has_one_line_for_each_image(printed):
    line = next(line for line in printed(matrix(), 200).splitlines() if "nrf52840_dk" in line)
    assert "cmsis_nn" in line
    assert "48,123" in line
    assert "1.77-2.17" in line


def test_what_is_modelled_and_beyond_the_part_is_said(printed):
    shown = " ".join(printed(matrix(), 80).split())
    assert "Counted: one Invoke()" in shown
    assert "Modelled: milliseconds" in shown
    assert "* is faster than the part runs" in shown


def test_a_host_without_an_oracle_is_said(printed):
    assert "tflite_micro is not installed" in " ".join(printed(matrix(), 80).split())


def test_the_memory_is_shared_out_with_the_part_that_is_taken(printed):
    shown = printed(matrix(), 80)
    (flash,) = {line.split()[-1] for line in shown.splitlines() if "30,555" in line}
    assert flash == "4.6"
    assert "largest at operator 0, CONV_2D: 674 bytes" in " ".join(shown.split())
