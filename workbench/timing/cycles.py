"""Cycles as this model states them: a best estimate between two bounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cycles:
    """An estimate `best`, and the interval that the uncertain rules leave: low <= best <= high."""

    low: int
    best: int
    high: int

    @classmethod
    def exactly(cls, cycles: int) -> Cycles:
        """Return an estimate without any doubt in it."""
        return cls(cycles, cycles, cycles)

    @property
    def row(self) -> tuple[int, int, int]:
        """Low, best, high."""
        return self.low, self.best, self.high

    def __add__(self, other: Cycles) -> Cycles:
        return Cycles(self.low + other.low, self.best + other.best, self.high + other.high)

    def __mul__(self, times: int) -> Cycles:
        return Cycles(self.low * times, self.best * times, self.high * times)

    def __bool__(self) -> bool:
        return bool(self.low or self.best or self.high)


NONE = Cycles(0, 0, 0)
