"""A flame graph as boxes: what is drawn where. The template turns them into SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from workbench.profile.values import Stack
from workbench.report.names import short_names

LEAST_SHARE = 0.001
"""Boxes narrower than this share of the whole are left out."""


@dataclass(frozen=True)
class Box:
    """One frame: `left` and `width` as shares of the whole, `depth` from 0, outermost."""

    name: str
    label: str
    left: float
    width: float
    depth: int
    cycles: int


@dataclass
class _Node:
    own: int = 0
    children: dict[str, _Node] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.own + sum(child.total for child in self.children.values())


def boxes(stacks: Sequence[Stack]) -> tuple[Box, ...]:
    """Lay out `stacks`, the widest frame of each level first."""
    root = _Node()
    for stack in stacks:
        node = root
        for frame in stack.frames:
            node = node.children.setdefault(frame, _Node())
        node.own += stack.cycles
    found: list[Box] = []
    labels = short_names(frame for stack in stacks for frame in stack.frames)
    _place(root, 0.0, 0, max(root.total, 1), labels, found)
    return tuple(found)


def _place(
    node: _Node, left: float, depth: int, whole: int, labels: Mapping[str, str], found: list[Box]
) -> None:
    ordered = sorted(node.children.items(), key=lambda item: (-item[1].total, item[0]))
    for name, child in ordered:
        total = child.total
        width = total / whole
        if width >= LEAST_SHARE:
            found.append(Box(name, labels[name], left, width, depth, total))
            _place(child, left, depth + 1, whole, labels, found)
        left += width
