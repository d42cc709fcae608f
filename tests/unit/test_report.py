"""The HTML pages: complete, self-contained, escaped, the same for the same values."""

import re
from dataclasses import replace

import pytest

from workbench.cost import BenchReport, InferenceCost, ModelSummary, OracleCheck, latencies
from workbench.demo import DemoReport, Heard
from workbench.gauge import Measurement
from workbench.report.html import bench_page, demo_page
from workbench.session import Classification

CLOCKS = (64_000_000, 80_000_000, 168_000_000)


def cost(board="stm32f4_discovery", kernels="cmsis_nn", instructions=84_000, oracle=None):
    return InferenceCost(
        board=board,
        kernels=kernels,
        invoke=Measurement.of("Invoke", [instructions]),
        flash_bytes=48_123,
        ram_bytes=12_288,
        arena_used=1_900,
        oracle=oracle,
        latencies=latencies(instructions, CLOCKS),
    )


@pytest.fixture
def bench():
    rows = (
        cost(kernels="reference", instructions=168_000, oracle=OracleCheck(4, 4, 4)),
        cost(oracle=OracleCheck(4, 3, 4)),
        cost(board="nrf52840_dk"),
    )
    model = ModelSummary("keyword_spotter", "ab" * 32, 5_568, 11_040, 1_035)
    return BenchReport(model, "4 recordings", "embedded", "gcc 12.2.1", "0.1.0", rows)


@pytest.fixture
def demo(bench):
    def heard(name, expected, *labels):
        scores = {"yes": 0.75, "no": 0.25, "unknown": 0.0}
        answers = tuple(
            Classification(name, expected, label, scores, label.encode()) for label in labels
        )
        return Heard(name, expected, answers)

    return DemoReport(
        (heard("a.wav", "yes", "yes", "yes"), heard("<b>.wav", None, "no", "yes")), bench
    )


def test_latency_is_instructions_by_clock_and_says_so():
    at_64, *_ = latencies(128_000, CLOCKS)
    assert at_64.seconds == pytest.approx(0.002)
    assert "no wait states" in at_64.basis


def test_the_bench_page_holds_every_figure(bench):
    page = bench_page(bench)
    for figure in ("168,000", "84,000", "48,123", "1,900", "1.00 ms", "2.62 ms", "4 of 4"):
        assert figure in page, figure
    assert "not compared" in page
    assert "no wait states" in page


def test_an_output_that_differs_from_the_host_stands_out(bench):
    assert re.search(r'class="name bad">3 of 4', bench_page(bench))


def test_the_demo_page_says_where_images_differ(demo):
    page = demo_page(demo)
    assert page.count("all agree") == 1
    assert "differ: no, yes" in page


def test_names_from_the_user_are_escaped(demo):
    page = demo_page(demo)
    assert "&lt;b&gt;.wav" in page
    assert "<b>.wav" not in page


def test_a_page_needs_nothing_from_elsewhere(demo):
    page = demo_page(demo)
    assert not re.search(r"(src|href)=|https?://|@import|url\(|<script", page)


def test_the_same_values_give_the_same_bytes(demo):
    assert demo_page(demo) == demo_page(replace(demo))
