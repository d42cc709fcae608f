"""Which bytes can end a match: never too few, and few where the pattern tells."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engines.renode.worker.pattern import ANY, last_bytes


@pytest.mark.parametrize(
    ("pattern", "ends"),
    [
        (rb"\x00", b"\x00"),
        (rb"ready\r\n", b"\n"),
        (rb"ready\r\n|error \d+[^\n]*\n", b"\n"),
        (rb"yes|no", b"so"),
        (rb"ab*", b"ab"),
        (rb"ab+", b"b"),
        (rb"(abc)?d{0,2}(e|f)", b"ef"),
        (rb"x[a-c0]", b"abc0"),
    ],
)
def test_last_bytes_of_common_patterns(pattern, ends):
    assert last_bytes(pattern) == frozenset(ends)


@pytest.mark.parametrize(
    "pattern", [rb"x.", rb"[^a]", rb"\d", rb"(?i)done", rb"done$", rb"(a)\1", rb"a(?=b)"]
)
def test_any_byte_where_the_pattern_does_not_tell(pattern):
    assert last_bytes(pattern) == ANY


ATOMS = st.sampled_from(
    ["a", "b", "c", ".", "[ab]", "[^b]", "(a|b)", "(?:ab)*", "c?", "b+", "(?i:a)"]
)


@given(st.lists(ATOMS, min_size=1, max_size=5), st.text("abcABC", max_size=8))
def test_every_match_ends_with_one_of_them(atoms, text):
    pattern = "".join(atoms).encode()
    for match in re.finditer(pattern, text.encode()):
        if match.group():
            assert match.group()[-1] in last_bytes(pattern)
