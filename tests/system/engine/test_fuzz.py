"""The engine survives firmware that reads and writes every register window at random.

`python -m tests.system.engine.fuzz --accesses 10000000` makes more than a test has time for.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.engine.fuzz import fuzz, windows
from workbench.platform import names, read_platform

ACCESSES = 30_000


@pytest.mark.slow
@pytest.mark.parametrize("board", names())
def test_random_accesses_do_not_end_the_engine(tmp_path: Path, board: str) -> None:
    total = list(fuzz(board, ACCESSES, seed=1, folder=tmp_path))[-1]
    assert total.accesses >= ACCESSES
    assert total.interrupts


def test_windows_are_those_of_all_blocks() -> None:
    found = windows(read_platform("nrf52840_dk"))
    assert (0x4000_2000, 0x1000) in found  # uart0
    assert (0x4001_F000, 0x1000) in found  # ppi
    assert (0xE000_E000, 0x1000) in found  # the core's own
    assert not [start for start, _ in found if start in (0, 0x2000_0000)]
