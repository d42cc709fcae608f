"""The HTML pages: complete, self-contained, escaped, the same for the same values."""

import re
from dataclasses import replace

import pytest

from tests.unit.costs import matrix
from workbench.benchmark.demo import DemoReport, Heard
from workbench.report.html import bench_page, demo_page
from workbench.runs.inference import Classification


@pytest.fixture
def bench():
    return matrix()


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


def test_the_bench_page_holds_every_figure(bench):
    page = bench_page(bench)
    for figure in ("168,000", "84,000", "48,123", "1,900", "772", "4 of 4"):
        assert figure in page, figure
    for figure in ("3.94 ms", "0.750 ms*", "0.675 to"):
        assert figure in page, figure
    assert "not compared" in page
    assert "modelled: Cortex-M4 timing" in page


def test_flash_and_ram_have_a_table_each_that_a_page_has_room_for(bench):
    page = bench_page(bench)
    tables = re.findall(r"<h2>(Who takes the [^<]*)</h2>(.*?)</thead>", page, re.DOTALL)
    assert [(name, head.count("<th")) for name, head in tables] == [
        ("Who takes the flash", 9),
        ("Who takes the RAM", 11),
    ]


def test_the_band_of_a_latency_is_its_interval_on_the_common_scale(bench):
    band = re.search(
        r'left: ([0-9.]+)%; width:([0-9.]+)%"></span>\s*<i style="left: ([0-9.]+)%',
        bench_page(bench),
    )
    assert band
    left, width, mark = (float(number) for number in band.groups())
    assert (left, width, mark) == (81.8, 18.2, 90.9)  # the longest one ends at 100 %


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
