"""The demo: build, boot, classify recordings on every board with every kernel set."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.cost import BenchReport


@dataclass(frozen=True)
class Answer:
    """What one firmware image said to one recording; `scores` by label, dequantized."""

    board: str
    kernels: str
    label: str
    scores: dict[str, float]


@dataclass(frozen=True)
class Heard:
    """One recording, what was said in it where that is known, and the answer of each image."""

    recording: str
    expected: str | None
    answers: tuple[Answer, ...]

    @property
    def agree(self) -> bool:
        """Did all images give the same scores?"""
        return all(answer.scores == self.answers[0].scores for answer in self.answers)


@dataclass(frozen=True)
class DemoReport:
    """What the boards heard, and what one inference costs on them."""

    heard: tuple[Heard, ...]
    bench: BenchReport
