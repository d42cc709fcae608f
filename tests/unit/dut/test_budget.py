"""Where a painted stack was written."""

import pytest

from workbench.dut.budget import _PAINT, _untouched_below

USED = b"\0\0\0\0"


@pytest.mark.parametrize(
    ("words", "has_heap", "untouched"),
    [
        ([_PAINT] * 8, False, 8),
        ([_PAINT] * 5 + [USED] * 3, False, 5),
        ([_PAINT] * 2 + [USED] + [_PAINT] * 4 + [USED], False, 2),
        ([_PAINT] * 2 + [USED] + [_PAINT] * 4 + [USED], True, 7),
        ([USED] * 2 + [_PAINT] * 4 + [USED, _PAINT, USED], True, 6),
        ([USED] * 4, False, 0),
        ([USED] * 4, True, 0),
    ],
)
def test_the_gap_is_below_the_first_word_or_the_largest_above_a_heap(words, has_heap, untouched):
    assert _untouched_below(b"".join(words), has_heap) == untouched
