"""Numbers as readers want them."""

import pytest

from workbench.text import counted, significant


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.04243, "0.0424"),
        (0.89, "0.890"),
        (2.187, "2.19"),
        (88.84, "88.8"),
        (233.2, "233"),
        (99.97, "100"),
        (0.9996, "1.00"),
        (15_432.0, "15400"),
        (-1.234, "-1.23"),
        (0.0, "0"),
    ],
)
def test_three_digits_that_matter(value, text):
    assert significant(value) == text


def test_one_is_singular():
    assert [counted(n, "call") for n in (0, 1, 2000)] == ["0 calls", "1 call", "2,000 calls"]
