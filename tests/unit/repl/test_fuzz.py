"""Whatever stands in a file: a description or a ReplError, in bounded time."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import ReplError
from workbench.repl.lexer import read_source, tokenize
from workbench.repl.merge import merge
from workbench.repl.parser import parse
from workbench.support.resources import resource

FILES = sorted(resource("platforms").glob("*/*.repl"))
PIECES = (
    "\n    ", "\n", "\t", "{", "}", "[", "]", "<", ">", "->", "@", ";", ":", ",", "|", '"', "'''",
    "/*", "*/", "// ", "\\", "0x", "-", ".", "#", "using ", "local ", "new ", "init:", "none",
    "empty", "é", "\0", "99999999999999999999", "[0-4000]", "x: T",
)  # fmt: skip
MUTATIONS = 2_000
SECONDS_EACH = 2.0


def read_text(text: str) -> None:
    """Read `text` as a whole platform; anything but a ReplError escapes."""
    try:
        merge([(parse(text, "fuzz.repl"), "")])
    except ReplError as error:
        assert error.line >= 1
        assert error.column >= 1


def mutate(text: str, randomness: random.Random) -> str:
    for _ in range(randomness.randint(1, 4)):
        place = randomness.randrange(len(text) + 1)
        length = randomness.choice((0, 0, 1, 5, 200))
        piece = randomness.choice((*PIECES, text[place : place + 40]))
        text = text[:place] + piece * randomness.choice((1, 1, 3)) + text[place + length :]
    return text


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_platform_is_read_or_refused_quickly(seed):
    randomness = random.Random(seed)
    texts = [path.read_text() for path in FILES]
    for _ in range(MUTATIONS // 4):
        whole = randomness.choice(texts)
        start = randomness.randrange(len(whole))
        started = time.process_time()
        read_text(mutate(whole[start : start + 3_000], randomness))
        assert time.process_time() - started < SECONDS_EACH


@pytest.mark.slow
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_pieces_of_the_language_in_any_order(text):
    read_text(text)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    read_text(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "'''" + "\\" * 200_000,
        '"' + "\\" * 200_000,
        "/*" * 100_000,
        "{" * 200_000,
        "x: T\n" * 100_000,
    ],
)
def test_long_files_take_linear_time(text):
    started = time.process_time()  # what else runs on the machine must not matter
    read_text(text)
    assert time.process_time() - started < 10


def test_tokens_keep_their_place():
    text = 'x: T // c\n    a: "b" /* d */ \n    -> y@1'
    source = read_source(text, "f")
    for token in tokenize(source):
        line = text.split("\n")[token.line - 1]
        assert (
            line[token.column - 1 :].startswith(token.text.strip('"') or '"')
            or line[token.column - 1] == '"'
        )


def test_a_huge_file_is_refused():
    with pytest.raises(ReplError, match="more than a platform can sensibly have"):
        parse("x" * (5 * 1024 * 1024), "huge.repl")
