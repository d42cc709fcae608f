"""What `workbench compare` refuses, what it finds, and what it lets pass."""

import json

import pytest

from workbench.benchmark.compare import (
    compare,
    read_bench,
    read_thresholds,
    require_no_regression,
    write_bench,
)
from workbench.benchmark.cost import BenchReport, InferenceCost, ModelSummary
from workbench.errors import CheckFailedError, UserError
from workbench.report.comparison import markdown
from workbench.runs.call_counter import Measurement
from workbench.timing.cycles import Cycles
from workbench.timing.latency import Latency


def latency(cycles):
    seconds = cycles / 64e6
    exact = Cycles.exactly(cycles)
    return Latency(64_000_000, seconds, "modelled", seconds, seconds, exact, 3, False, {})


def bench(instructions=1000, cycles=1500, flash=40_000, kernels="cmsis_nn", **report):
    row = InferenceCost(
        board="nrf52840_dk",
        kernels=kernels,
        invoke=Measurement.of("Invoke", [instructions]),
        flash_bytes=flash,
        ram_bytes=12_000,
        arena_used=1_900,
        oracle=None,
        latencies=(latency(cycles),),
        stack_peak=500,
    )
    values = {
        "model": ModelSummary("m", "ab" * 32, 5_000, 11_000, 1_000),
        "inputs": "8 recordings",
        "engine": "embedded",
        "toolchain": "gcc 12.2.1",
        "workbench": "0.1.0",
        "rows": (row,),
        "flags": "-O2",
    }
    return BenchReport(**{**values, **report})


@pytest.fixture
def saved(tmp_path):
    def write(name="bench.json", **values):
        write_bench(bench(**values), tmp_path / name)
        return read_bench(tmp_path / name)

    return write


def test_equal_runs_have_no_regression(saved):
    found = compare(saved(), saved(), {})
    assert [change.metric for change in found.changes] == [
        *("instructions", "cycles", "flash", "ram", "arena", "stack")
    ]
    assert not found.regressions
    require_no_regression(found)


def test_any_growth_is_a_regression_unless_it_is_allowed(saved):
    base, new = saved(), saved(instructions=1010, flash=40_100)
    assert [c.metric for c in compare(base, new, {}).regressions] == ["instructions", "flash"]
    allowed = compare(base, new, {"instructions": 1.0, "flash": 0.2})
    assert [c.metric for c in allowed.regressions] == ["flash"]
    with pytest.raises(CheckFailedError, match="flash of nrf52840_dk") as caught:
        require_no_regression(allowed)
    assert "--allow flash=" in caught.value.hint


def test_less_is_no_regression(saved):
    assert not compare(saved(), saved(cycles=100), {}).regressions


@pytest.mark.parametrize(
    ("difference", "what"),
    [
        ({"model": ModelSummary("m", "cd" * 32, 5_000, 11_000, 1_000)}, "model"),
        ({"toolchain": "gcc 13"}, "compiler"),
        ({"flags": "-Os"}, "flags"),
        ({"engine": "renode"}, "engine"),
        ({"inputs": "random"}, "inputs"),
    ],
)
def test_runs_under_other_conditions_are_refused_with_the_reason(saved, difference, what):
    with pytest.raises(UserError, match=what):
        compare(saved(), saved(**difference), {})


def test_images_of_one_side_alone_are_named(saved):
    base = saved()
    with pytest.raises(UserError, match="in common"):
        compare(base, saved(kernels="reference"), {})
    both = {**base, "rows": [*base["rows"], *saved(kernels="reference")["rows"]]}
    assert compare(base, both, {}).only_new == ("nrf52840_dk, reference",)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "workbench bench 1"}', "\x00"])
def test_a_file_that_is_no_bench_is_refused(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"x\.json"):
        read_bench(path)


def test_a_damaged_row_is_refused(tmp_path, saved):
    document = dict(saved())
    document["rows"] = [{**document["rows"][0], "flash_bytes": "many"}]
    path = tmp_path / "x.json"
    path.write_text(json.dumps(document))
    with pytest.raises(UserError, match="damaged"):
        read_bench(path)


def test_thresholds_come_from_the_command_line_before_the_settings(tmp_path):
    settings = tmp_path / "workbench.toml"
    settings.write_text("[compare]\nflash = 2\nstack = 1.5\n")
    assert read_thresholds(["flash=0.5"], settings) == {"flash": 0.5, "stack": 1.5}


@pytest.mark.parametrize("given", ["flash", "flush=1", "flash=x", "flash=-1", "flash=nan"])
def test_a_bad_threshold_is_refused(given):
    with pytest.raises(UserError):
        read_thresholds([given])


def test_the_table_for_a_pull_request(saved):
    text = markdown(compare(saved(), saved(flash=44_000), {"flash": 5}))
    assert "Regressions: 1" in text
    assert "| nrf52840_dk, cmsis_nn | flash | 40,000 | 44,000 | +10.00 % | above 5 % |" in text
