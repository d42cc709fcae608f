"""Tables of names and figures: whole at every width."""

import pytest

from workbench.report.plain_table import print_table
from workbench.report.terminal import MIN_WIDTH

LONG = "tflite::" + "a_very_long_name_" * 8


@pytest.mark.parametrize("columns", [20, 72, 100])
def test_figures_stay_in_one_line_and_names_go_on_in_the_next(monkeypatch, capsys, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    print_table(("function", "in", "cycles"), 2, [(LONG, "main", "1,234,567"), ("f", "g", "8")])
    lines = capsys.readouterr().out.splitlines()
    width = max(columns, MIN_WIDTH)
    assert max(map(len, lines)) <= width
    assert lines[1].endswith("1,234,567")
    first = lines[1].index("main")
    assert "".join(line[:first].strip() for line in lines[1:-1]) == LONG
    assert lines[-1].split() == ["f", "g", "8"]


def test_a_table_without_rows_is_nothing(capsys):
    print_table(("function", "cycles"), 1, [])
    assert capsys.readouterr().out == ""
