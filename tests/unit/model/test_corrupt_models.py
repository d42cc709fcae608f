"""Thousands of damaged .tflite files: each is read or refused, quickly and in little memory."""

import random
import struct
import time

import pytest

from workbench.errors import ModelError
from workbench.model.inspection import check
from workbench.model.operators import required_operators
from workbench.model.reader import parse_model
from workbench.model.verify import verify

MUTATIONS = 1000
SECONDS_A_FILE = 1.0


def outcome(content: bytes) -> str:
    """ "read" or "refused"; anything else is a failure of the reader."""
    try:
        model = parse_model(content)
    except ModelError:
        return "refused"
    check(model, content)
    required_operators(model)
    return "read"


def flip_bytes(random_: random.Random, content: bytearray) -> None:
    for _ in range(random_.randrange(1, 8)):
        content[random_.randrange(len(content))] = random_.randrange(256)


def set_word(random_: random.Random, content: bytearray) -> None:
    at = random_.randrange(len(content) - 4) & ~3
    values = (0xFFFFFFFF, 0x7FFFFFFF, 0x80000000, 0, 1, len(content), random_.randrange(2**32))
    content[at : at + 4] = random_.choice(values).to_bytes(4, "little")


def move_offset(random_: random.Random, content: bytearray) -> None:
    at = random_.randrange(len(content) - 4) & ~3
    moved = int.from_bytes(content[at : at + 4], "little") + random_.choice((-4, -1, 1, 4, 64))
    content[at : at + 4] = (moved & 0xFFFFFFFF).to_bytes(4, "little")


def cut(random_: random.Random, content: bytearray) -> None:
    del content[random_.randrange(len(content)) :]


def copy_over(random_: random.Random, content: bytearray) -> None:
    source, target = random_.randrange(len(content)), random_.randrange(len(content))
    piece = content[source : source + random_.randrange(64)]
    content[target : target + len(piece)] = piece


@pytest.mark.slow
@pytest.mark.parametrize("damage", [flip_bytes, set_word, move_offset, cut, copy_over])
def test_damaged_models_are_read_or_refused(keyword_spotter, damage):
    original = keyword_spotter.read_bytes()
    random_ = random.Random(damage.__name__)
    outcomes = set()
    for _ in range(MUTATIONS):
        content = bytearray(original)
        damage(random_, content)
        started = time.process_time()
        outcomes.add(outcome(bytes(content)))
        assert time.process_time() - started < SECONDS_A_FILE
    assert "refused" in outcomes


def test_every_truncation_is_refused(keyword_spotter):
    content = keyword_spotter.read_bytes()
    for length in range(0, len(content) - 4, 7):
        assert outcome(content[:length]) == "refused"


def test_tables_shared_without_end_are_refused():
    """20,000 subgraphs are one and the same table, with 20,000 outputs: 400 million entries."""
    count, model, vtable, subgraphs = 20_000, 8, 16, 28
    subgraph = subgraphs + 4 + 4 * count
    content = struct.pack("<I4s", model, b"TFL3")
    content += struct.pack("<iI", model - vtable, subgraphs - (model + 4))
    # Field 2, four bytes into the table: Model.subgraphs, SubGraph.outputs.
    content += struct.pack("<HHHHHH", 10, 8, 0, 0, 4, 0)
    offsets = [subgraph - (subgraphs + 4 + 4 * i) for i in range(count)]
    content += struct.pack(f"<I{count}I", count, *offsets)
    content += struct.pack("<iII", subgraph - vtable, 4, count) + bytes(4 * count)
    started = time.process_time()
    with pytest.raises(ModelError, match="unfolds without end"):
        verify(content)
    assert time.process_time() - started < SECONDS_A_FILE
