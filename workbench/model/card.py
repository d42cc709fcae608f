"""What a model card states, as values."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.model.confusion import Confusion


@dataclass(frozen=True)
class DataSource:
    """A file that a model was trained on; `counts` are recordings by label."""

    name: str
    sha256: str
    counts: dict[str, int]


@dataclass(frozen=True)
class Heard:
    """What the model says to one of the recordings that lie beside it."""

    recording: str
    said: str
    label: str
    score: float


@dataclass(frozen=True)
class Card:
    """Everything that the card states. `held_out` are recordings that no training has seen."""

    title: str
    command: str
    tensorflow: str
    sources: tuple[DataSource, ...]
    folds: int
    cross_validation: Confusion
    held_out: Confusion | None = None
    recordings: tuple[Heard, ...] = ()
