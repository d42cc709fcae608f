"""Values as JSON."""

import json
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np

from workbench.support.serialize import to_json


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    colour: Colour
    data: bytes


@dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    path: Path
    counts: dict[int, float]


def test_dataclasses_nest_and_keep_the_order_of_their_fields():
    value = Outer((Inner(Colour.RED, b"\x01\xff"),), Path("a/b"), {0x10: 1.5})
    assert json.dumps(to_json(value)) == (
        '{"inner": [{"colour": "red", "data": "01ff"}], "path": "a/b", "counts": {"16": 1.5}}'
    )


def test_numpy_becomes_plain_numbers():
    assert to_json([np.int8(-3), np.float64(0.5), np.arange(3)]) == [-3, 0.5, [0, 1, 2]]


def test_what_json_cannot_express_becomes_null():
    assert to_json([float("nan"), float("inf"), np.float32("-inf")]) == [None, None, None]


def test_sets_are_sorted():
    assert to_json(frozenset({3, 1, 2})) == [1, 2, 3]
