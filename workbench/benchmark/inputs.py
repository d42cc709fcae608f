"""What a model is tried on: the project's recordings, the user's files, or seeded random bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workbench.model.features import Features, read_features
from workbench.model.input_range import range_warnings
from workbench.model.tensor_info import Array, TensorInfo
from workbench.model.values import Model, Tensor
from workbench.support.resources import own_model

_RANDOM_COUNT = 8
_RANDOM_SEED = 1

_SHAPE_OPERAND = {"TRANSPOSE_CONV": 0, "RESHAPE": 1}  # which input is the output's shape


@dataclass(frozen=True)
class Inputs:
    """What the images are given; `what` says in words what that is."""

    what: str
    features: tuple[Features, ...]

    def warnings_for(self, model: Model) -> tuple[str, ...]:
        """Return what is odd about them as inputs of `model`."""
        return range_warnings(self.features, tuple(map(TensorInfo.of, model.inputs)))


def own_recordings() -> Inputs:
    """Return the recordings that the project made itself; a file's name starts with its word."""
    features = []
    for path in sorted(own_model().with_name("recordings").glob("*.wav")):
        (one,) = read_features(path)
        features.append(replace(one, expected=path.stem.split("_")[0]))
    return Inputs(f"{len(features)} recordings of the project", tuple(features))


def random_inputs(model: Model, count: int = _RANDOM_COUNT) -> Inputs:
    """Return `count` seeded random inputs over the whole range of their types, as one stream."""
    generator = np.random.default_rng(_RANDOM_SEED)
    features = [
        Features(
            f"random[{index}]",
            tuple(_random(generator, model, tensor) for tensor in model.inputs),
            first=index == 0,
        )
        for index in range(count)
    ]
    return Inputs(f"{count} random inputs, seed {_RANDOM_SEED}", tuple(features))


def file_inputs(files: Sequence[Path], model: Model) -> Inputs:
    """Return all that is in `files` (.wav, .npy, .npz) as inputs for `model`."""
    tensors = tuple(map(TensorInfo.of, model.inputs))
    features = [one for file in files for one in read_features(file, tensors)]
    names = ", ".join(file.name for file in files)
    return Inputs(f"{len(features)} inputs from {names}", tuple(features))


def _random(generator: np.random.Generator, model: Model, tensor: Tensor) -> Array:
    dtype = np.dtype(TensorInfo.of(tensor).dtype)
    if dtype == np.float32:
        return generator.standard_normal(tensor.shape, np.float32)
    if dtype == np.bool_:
        return generator.random(tensor.shape) < 0.5
    if (shape := _shape_asked_for(model, tensor)) is not None:
        return np.array(shape, dtype)
    limits = np.iinfo(np.int16 if dtype == np.int32 else dtype)
    return generator.integers(limits.min, limits.max, tensor.shape, dtype, endpoint=True)


def _shape_asked_for(model: Model, tensor: Tensor) -> tuple[int, ...] | None:
    """The shape that an operator takes from this input, None where it is an ordinary input."""
    for operator in model.operators:
        at = _SHAPE_OPERAND.get(operator.name)
        if at is not None and operator.inputs[at : at + 1] == (tensor.index,):
            return model.tensors[operator.outputs[0]].shape
    return None
