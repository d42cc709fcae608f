"""The part's code cache in the order of execution, in C and in Python."""

import random
from collections import Counter

import numpy as np
import pytest

from workbench.engines.code_cache import (
    BY_JUMP,
    IN_SEQUENCE,
    CacheShape,
    code_fetches,
    found_again,
    joined_misses,
)
from workbench.engines.replay import NativeReplay, PythonReplay, native_module
from workbench.trace import LineMisses

FLASH = ((0x1000, 0x9000),)
SMALL = CacheShape(4, 16, FLASH)


def python_replay(shape, pieces):
    return PythonReplay(shape, pieces)


def native_replay(shape, pieces):
    module = native_module()
    if module is None:
        pytest.skip("the C extension is not built")
    return NativeReplay(module, shape, pieces)


both = pytest.mark.parametrize("make", [python_replay, native_replay])


def played(make, pieces, *runs, shape=SMALL):
    """Return what each run has missed and fetched first, and the lines left in the cache."""
    replay = make(shape, pieces)
    found = []
    for numbers in runs:
        replay.run(np.array(numbers, np.uint32))
        found.append(replay.cut())
    return found, replay.contents()


@both
def test_first_fetches_are_noted_and_no_misses(make):
    [(misses, firsts)], left = played(make, [(0x1000, 32)], [0, 0, 0])
    assert misses == {}
    assert firsts == [(0x100, 0, 0, BY_JUMP), (0x101, 0, 1, IN_SEQUENCE)]
    assert left == [0x101, 0x100]


@both
def test_a_line_that_made_room_is_missing(make):
    pieces = [(0x1000 + 0x100 * n, 8) for n in range(5)]
    [(misses, _)], left = played(make, pieces, [0, 1, 2, 3, 0, 4, 0, 1])
    assert misses == {(4, 0): (0, 1), (1, 0): (0, 1)}  # a fifth line is missing in any case
    assert left == [0x110, 0x100, 0x140, 0x130]


@both
def test_code_that_runs_on_is_fetched_in_sequence(make):
    pieces = [(0x1000, 16), (0x1010, 8), (0x2000, 8)]
    [(_, firsts)], _ = played(make, pieces, [0, 1, 2])
    assert [way for *_, way in firsts] == [BY_JUMP, IN_SEQUENCE, BY_JUMP]


@both
def test_an_instruction_across_a_border_fetches_both_lines(make):
    [(_, firsts)], _ = played(make, [(0x100E, 4)], [0])
    assert [line for line, *_ in firsts] == [0x100, 0x101]


@both
def test_code_elsewhere_is_not_cached(make):
    [(misses, firsts)], left = played(make, [(0x2000_0000, 64)], [0, 0])
    assert (misses, firsts, left) == ({}, [], [])


@both
def test_a_piece_longer_than_the_cache_pushes_its_own_lines_out(make):
    [(misses, firsts)], _ = played(make, [(0x1000, 16 * 5)], [0, 0])
    assert len(firsts) == 4
    assert misses == {(0, 0): (0, 1), **{(0, n): (1, 0) for n in (1, 2, 3)}, (0, 4): (2, 0)}


@pytest.mark.parametrize("shape", [SMALL, CacheShape(64, 16, FLASH), CacheShape(1, 8, FLASH)])
def test_c_and_python_find_the_same(shape):
    choice = random.Random(5)
    pieces = [(0x1000 + 2 * choice.randrange(2000), 2 * choice.randint(1, 60)) for _ in range(300)]
    runs = [[choice.randrange(0, 20 * n) for _ in range(3000)] for n in (1, 5, 15)]
    ours = played(python_replay, pieces, *runs, shape=shape)
    assert played(native_replay, pieces, *runs, shape=shape) == ours
    assert any(misses for misses, _ in ours[0])


def test_how_execution_is_cut_into_pieces_makes_no_difference():
    """Each instruction on its own finds what blocks of several find."""
    choice = random.Random(6)
    starts = [0x1000 + 16 * choice.randrange(12) + 2 * choice.randrange(8) for _ in range(30)]
    blocks = [(start, 2 * choice.randint(1, 30)) for start in starts]
    order = [choice.randrange(len(blocks)) for _ in range(2000)]
    single = sorted({a for start, size in blocks for a in range(start, start + size, 2)})
    number = {address: n for n, address in enumerate(single)}
    apart = [number[a] for n in order for a in range(blocks[n][0], sum(blocks[n]), 2)]

    def found(pieces, run, piece_of):
        [(misses, firsts)], left = played(python_replay, pieces, run)
        there = found_again(SMALL, firsts, left)
        return code_fetches(SMALL, misses, firsts, there, piece_of)

    assert found([(a, 2) for a in single], apart, lambda n: (single[n], (0,))) == found(
        blocks, order, lambda n: (blocks[n][0], range(0, blocks[n][1], 2))
    )


def test_what_a_run_leaves_in_the_cache_is_there_for_the_next_one_like_it():
    pieces = [(0x1000 + 0x100 * n, 8) for n in range(4)]
    [(_, firsts)], left = played(python_replay, pieces, [0, 1, 2, 3])
    assert found_again(SMALL, firsts, left) == {0x100, 0x110, 0x120, 0x130}
    pieces.append((0x1400, 8))
    [(misses, firsts)], left = played(python_replay, pieces, [0, 1, 2, 3, 4])
    there = found_again(SMALL, firsts, left)
    assert there == frozenset()
    found = code_fetches(SMALL, misses, firsts, there, lambda n: (pieces[n][0], (0, 2, 4, 6)))
    assert found.misses[0x1000] == LineMisses((0, 0), (0, 1), (0, 1))
    assert found.misses[0x1400] == LineMisses((0, 1), (0, 1), (0, 1))


def test_repeated_is_what_the_second_of_two_runs_alike_misses():
    choice = random.Random(7)
    pieces = [(0x1000 + 2 * choice.randrange(300), 2 * choice.randint(1, 20)) for _ in range(12)]
    run = [choice.randrange(len(pieces)) for _ in range(200)]
    [(misses, firsts)], left = played(python_replay, pieces, run)
    there = found_again(SMALL, firsts, left)
    once = code_fetches(
        SMALL, misses, firsts, there, lambda n: (pieces[n][0], range(0, pieces[n][1], 2))
    )
    [_, (again, _)], _ = played(python_replay, pieces, run, run)
    repeated = sum(sum(missed.repeated) for missed in once.misses.values())
    assert repeated == sum(sum(times) for times in again.values())


def test_parts_add_up():
    choice = random.Random(8)
    pieces = [(0x1000 + 2 * choice.randrange(900), 2 * choice.randint(1, 20)) for _ in range(40)]
    run = [choice.randrange(len(pieces)) for _ in range(999)]
    [whole], _ = played(python_replay, pieces, run)
    parts, _ = played(python_replay, pieces, run[:333], run[333:400], run[400:])
    assert Counter(joined_misses(misses for misses, _ in parts)) == Counter(whole[0])
    assert [use for _, firsts in parts for use in firsts] == whole[1]
