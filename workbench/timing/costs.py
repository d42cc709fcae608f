"""Cycles by instruction and by what they are spent on.

What an instruction, a pair of them or a jump costs each time is one of a few *unit costs*. They are
numbered, so that the costs of a trace are counts times the rows of one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from workbench.timing.cycles import Cycles

Numbers = npt.NDArray[np.int64]

_BEST = 1  # column of a row: low, best, high


class Cause(Enum):
    """What cycles are spent on, as `--explain` lists it."""

    ISSUE = "instructions, one cycle each"
    MEMORY = "loads and stores: further cycles"
    ADDRESS = "stalls: address from the instruction before"
    DIVIDE = "divides: further cycles"
    FLOAT = "floating point: further cycles"
    SYSTEM = "system instructions: further cycles"
    BRANCH = "taken branches: pipeline refill"
    FETCH = "stalls: 32-bit instruction not fetched yet"
    EXCEPTION = "exception entry and return"
    CODE_FETCH = "flash: waiting for instructions"
    DATA_READ = "flash: waiting for data"
    UNEXPLAINED = "what no rule explains"

    __hash__ = object.__hash__  # that of Enum hashes the name, in Python, at each look-up


_CAUSES = {cause: number for number, cause in enumerate(Cause)}

UnitCost = tuple[tuple[Cause, Cycles], ...]
"""What is paid each time, by cause."""


class UnitCosts:
    """Unit costs by number; 0 is nothing."""

    def __init__(self) -> None:
        self._numbers: dict[UnitCost, int] = {(): 0}
        self._table: Numbers = np.zeros((1, len(_CAUSES), 3), np.int64)
        self._total: Numbers = np.zeros((1, 3), np.int64)

    def number(self, unit: Iterable[tuple[Cause, Cycles]]) -> int:
        """Return the number of a unit cost."""
        paid = tuple((cause, cycles) for cause, cycles in unit if cycles)
        return self._numbers.setdefault(paid, len(self._numbers))

    @property
    def table(self) -> Numbers:
        """Cycles [unit, cause, low/best/high]."""
        self._catch_up()
        return self._table

    @property
    def total(self) -> Numbers:
        """Return all cycles [unit, low/best/high]."""
        self._catch_up()
        return self._total

    @property
    def best(self) -> Numbers:
        """Return the best estimate [unit] of all cycles of each."""
        found: Numbers = self.total[:, _BEST]
        return found

    def _catch_up(self) -> None:
        if len(self._table) == len(self._numbers):
            return
        self._table = np.zeros((len(self._numbers), len(_CAUSES), 3), np.int64)
        for unit, row in zip(self._numbers, self._table, strict=True):
            for cause, cycles in unit:
                row[_CAUSES[cause]] += (cycles.low, cycles.best, cycles.high)
        self._total = self._table.sum(axis=1)


UNITS = UnitCosts()
"""Those of the core, numbered as they come up."""


@dataclass(frozen=True)
class Charges:
    """Unit costs paid at addresses: all three [n], `units` by their numbers in UNITS."""

    addresses: Numbers
    units: Numbers
    times: Numbers

    def total(self) -> Numbers:
        """Return all cycles [low/best/high]."""
        found: Numbers = self.times @ UNITS.total[self.units]
        return found

    def by_cause(self) -> Numbers:
        """Return the cycles [cause, low/best/high]."""
        table = UNITS.table
        times = np.zeros(len(table), np.int64)
        np.add.at(times, self.units, self.times)
        found: Numbers = np.tensordot(times, table, axes=1)
        return found

    def best(self) -> Numbers:
        """Return the best estimate [n] of the cycles at each address."""
        found: Numbers = UNITS.best[self.units] * self.times
        return found


@dataclass(frozen=True)
class Waits:
    """Cycles [n, low/best/high] spent at addresses [n] for one cause."""

    cause: Cause
    addresses: Numbers
    cycles: Numbers

    @classmethod
    def of(cls, cause: Cause, cycles: Mapping[int, tuple[int, int, int]]) -> Waits:
        """Return the waits at the addresses of `cycles`: (low, best, high)."""
        return cls(
            cause,
            np.fromiter(cycles, np.int64, len(cycles)),
            np.array(list(cycles.values()), np.int64).reshape(-1, 3),
        )

    def total(self) -> Numbers:
        """Return all cycles [low/best/high]."""
        found: Numbers = self.cycles.sum(axis=0)
        return found

    def by_cause(self) -> Numbers:
        """Return the cycles [cause, low/best/high]."""
        found: Numbers = np.zeros((len(_CAUSES), 3), np.int64)
        found[_CAUSES[self.cause]] = self.total()
        return found

    def best(self) -> Numbers:
        """Return the best estimate [n] of the cycles at each address."""
        found: Numbers = self.cycles[:, _BEST]
        return found


@dataclass(frozen=True)
class Costs:
    """All that a trace costs."""

    parts: tuple[Charges | Waits, ...]

    @cached_property
    def total(self) -> Cycles:
        """Return all cycles."""
        return Cycles(*np.sum([part.total() for part in self.parts], axis=0).tolist())

    @cached_property
    def by_cause(self) -> Mapping[Cause, Cycles]:
        """Return cycles by what they are spent on, in the order of Cause."""
        totals = np.sum([part.by_cause() for part in self.parts], axis=0)
        rows = zip(Cause, totals.tolist(), strict=True)
        return {cause: Cycles(*row) for cause, row in rows if any(row)}

    @cached_property
    def by_address(self) -> Mapping[int, int]:
        """Best estimate of the cycles of each instruction, a jump's refill with its branch."""
        addresses = np.concatenate([part.addresses for part in self.parts])
        order = np.argsort(addresses, kind="stable")
        addresses = addresses[order]
        begins = np.flatnonzero(np.diff(addresses, prepend=-1))
        cycles = np.concatenate([part.best() for part in self.parts])[order]
        sums = np.add.reduceat(cycles, begins)
        return dict(zip(addresses[begins].tolist(), sums.tolist(), strict=True))

    def __add__(self, other: Costs) -> Costs:
        return Costs((*self.parts, *other.parts))
