"""How often a classifier is right: the confusion matrix and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Confusion:
    """`counts[actual][predicted]`: recordings, by index into `labels`."""

    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @classmethod
    def of(
        cls,
        labels: Sequence[str],
        actual: npt.NDArray[np.int64],
        predicted: npt.NDArray[np.int64],
    ) -> Confusion:
        """Count pairs of class indices, both of shape (n,)."""
        counts = np.zeros((len(labels), len(labels)), np.int64)
        np.add.at(counts, (actual, predicted), 1)
        return cls(tuple(labels), tuple(tuple(int(n) for n in row) for row in counts))

    def __add__(self, other: Confusion) -> Confusion:
        rows = zip(self.counts, other.counts, strict=True)
        summed = (tuple(a + b for a, b in zip(*pair, strict=True)) for pair in rows)
        return Confusion(self.labels, tuple(summed))

    @property
    def total(self) -> int:
        return sum(map(sum, self.counts))

    @property
    def accuracy(self) -> float:
        """Share of all recordings that are labelled correctly."""
        return _share(sum(self.counts[i][i] for i in range(len(self.labels))), self.total)

    @property
    def balanced_accuracy(self) -> float:
        """Mean of the recalls: what the accuracy would be if all classes were equally frequent."""
        return sum(self.recall(i) for i in range(len(self.labels))) / len(self.labels)

    def recall(self, index: int) -> float:
        """Share of the recordings of a class that are labelled so."""
        return _share(self.counts[index][index], sum(self.counts[index]))

    def precision(self, index: int) -> float:
        """Share of the recordings labelled as a class that are of it."""
        return _share(self.counts[index][index], sum(row[index] for row in self.counts))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
