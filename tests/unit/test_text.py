"""Numbers as readers want them."""

import pytest

from workbench.text import significant


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.04243, "0.0424"),
        (0.89, "0.890"),
        (2.187, "2.19"),
        (88.84, "88.8"),
        (233.2, "233"),
        (15_432.0, "15400"),
        (-1.234, "-1.23"),
        (0.0, "0"),
    ],
)
def test_three_digits_that_matter(value, text):
    assert significant(value) == text
