"""Models of TFLite_Detection_PostProcess."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from flatbuffers import flexbuffers

from tests.firmware.runtime.model_builder import ModelBuilder
from tests.firmware.runtime.values import Array, Case, Rng, pick

CODE = "TFLite_Detection_PostProcess"


def build(inputs: tuple[Array, ...], places: int, **values: Any) -> bytes:
    """The model for these inputs, of which the last, the anchors, are a constant."""
    builder = ModelBuilder()
    sources = [builder.tensor(array.shape, np.float32) for array in inputs[:2]]
    anchors = builder.tensor(inputs[2].shape, np.float32, data=inputs[2])
    shapes = [(1, places, 4), (1, places), (1, places), (1,)]
    targets = [builder.tensor(shape, np.float32) for shape in shapes]
    table = bytes(flexbuffers.Dumps(values))
    builder.custom_operator(CODE, [*sources, anchors], targets, table)
    return builder.finish(sources, targets)


def make_detection(rng: Rng, by_class: bool) -> Case:
    """Groups of boxes that overlap, far from each other.

    Where boxes count with their best class alone, TFLM leaves the places of detections that it has
    not found as they are: there each group has one.
    """
    groups, each, classes = (int(n) for n in rng.integers([1, 1, 1], [6, 6, 5]))
    boxes, background = groups * each, int(rng.integers(0, 2))
    length = int(rng.integers(4, 6))
    encodings = rng.standard_normal((1, boxes, length)) * rng.uniform(0.1, 2)
    scores = rng.random((1, boxes, classes + background))
    if rng.random() < 0.3:
        scores = scores.round(1)
    anchors = rng.uniform(0.5, 1.5, (boxes, 4))
    anchors[:, :2] += 20 * rng.permutation(np.arange(boxes) % groups)[:, np.newaxis]
    inputs = tuple(array.astype(np.float32) for array in (encodings, scores, anchors))
    places = int(rng.integers(1, (2 * boxes if by_class else groups) + 1))
    scales = {f"{side}_scale": pick(rng, [5.0, 10.0, 10, 4.5]) for side in "yxhw"}
    values: dict[str, Any] = {
        "max_detections": places,
        "max_classes_per_detection": 1,
        "num_classes": classes,
        "use_regular_nms": by_class,
        "nms_score_threshold": float(rng.uniform(0, 0.8)) if by_class else 0.0,
        "nms_iou_threshold": float(rng.uniform(0.05, 1)),
        **scales,
    }
    if rng.random() < 0.5:
        values["detections_per_class"] = int(rng.integers(1, boxes + 1))
    name = f"{boxes}of{classes}-in{groups}to{places}"
    return Case(name, build(inputs, places, **values), inputs[:2], 4)


GENERATORS: dict[str, Callable[[Rng], Case]] = {
    "detection_by_class": lambda rng: make_detection(rng, True),
    "detection_by_box": lambda rng: make_detection(rng, False),
}
