"""What was missing in the part's code cache while the recorded blocks ran."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from workbench.engines.code_cache import (
    CacheShape,
    FirstUse,
    Misses,
    code_fetches,
    found_again,
    joined_misses,
)
from workbench.engines.replay import make_replay
from workbench.trace import CodeFetches

Layout = tuple[list[int], int]
"""Addresses of the instructions that ran, and where the last one ends."""


class CodeRecord:
    """The misses of one recording, in parts."""

    def __init__(
        self,
        shape: CacheShape,
        kinds: npt.NDArray[np.uint32],
        layouts: Sequence[Layout],
        ends: Sequence[int],
    ) -> None:
        """kinds: of each block begun, by number in `layouts`. ends: of the parts, ascending."""
        self._shape = shape
        self._layouts = layouts
        self._ends = ends
        replay = make_replay(shape, [(inside[0], end - inside[0]) for inside, end in layouts])
        self._parts: list[tuple[Misses, list[FirstUse]]] = []
        begin = 0
        for end in ends:
            replay.run(kinds[begin:end])
            self._parts.append(replay.cut())
            begin = end
        firsts = [first for _, part in self._parts for first in part]
        self._found = found_again(shape, firsts, replay.contents())

    def between(self, first: int, last: int) -> CodeFetches:
        """Return what was missing from block number `first` to before number `last`: ends of
        parts, or 0.
        """
        begin = bisect_left(self._ends, first) + 1 if first else 0
        parts = self._parts[begin : bisect_left(self._ends, last) + 1]
        return code_fetches(
            self._shape,
            joined_misses(misses for misses, _ in parts),
            [use for _, firsts in parts for use in firsts],
            self._found,
            self._piece,
        )

    def _piece(self, kind: int) -> tuple[int, list[int]]:
        inside, _ = self._layouts[kind]
        return inside[0], [address - inside[0] for address in inside]
