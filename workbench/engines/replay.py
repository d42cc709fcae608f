"""Code that was recorded in its order, executed again in the part's code cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from workbench.engines.code_cache import CacheShape, CodeCache, FirstUse, Lines, Misses
from workbench.support.c_parts import import_c_part

if TYPE_CHECKING:
    import numpy.typing as npt

Pieces = Sequence[tuple[int, int]]
"""Address and size of each piece of code."""


class Replay(Protocol):
    """A code cache, and pieces of code to execute in it."""

    def run(self, numbers: npt.NDArray[np.uint32]) -> None:
        """Execute the pieces of these numbers, one after the other."""

    def cut(self) -> tuple[Misses, list[FirstUse]]:
        """Return what was found since the last cut."""

    def contents(self) -> Lines:
        """Return the lines in the cache."""


class PythonReplay:
    """The replay where there is no C extension."""

    def __init__(self, shape: CacheShape, pieces: Pieces) -> None:
        self._pieces = pieces
        self._cache = CodeCache(shape)
        self._cache.record(True)

    def run(self, numbers: npt.NDArray[np.uint32]) -> None:
        for number in numbers.tolist():
            self._cache.use(number, *self._pieces[number])

    def cut(self) -> tuple[Misses, list[FirstUse]]:
        return self._cache.cut()

    def contents(self) -> Lines:
        return self._cache.lines(False)


class NativeReplay:
    """The replay in C."""

    def __init__(self, module: Any, shape: CacheShape, pieces: Pieces) -> None:
        self._replay = module.Replay(shape.lines, shape.line_shift, shape.flash)
        for address, size in pieces:
            self._replay.add(address, size)

    def run(self, numbers: npt.NDArray[np.uint32]) -> None:
        self._replay.run(numbers.astype(np.uint32).tobytes())

    def cut(self) -> tuple[Misses, list[FirstUse]]:
        misses, firsts = self._replay.cut()
        return misses, firsts

    def contents(self) -> Lines:
        found: list[int] = self._replay.contents()
        return found


def native_module() -> Any | None:
    """Return the C extension, or None where it was not built."""
    return import_c_part("workbench.engines._code_cache")


def make_replay(shape: CacheShape, pieces: Pieces) -> Replay:
    """Return a replay with an empty cache: in C where that is there."""
    module = native_module()
    return NativeReplay(module, shape, pieces) if module else PythonReplay(shape, pieces)
