"""What a model is tried on: the project's recordings, the user's files, or seeded random bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.errors import UserError
from workbench.model.features import Features, read_features
from workbench.model.quantization import dequantize
from workbench.model.values import Model, Tensor
from workbench.support.resources import own_model

_RANDOM_COUNT = 8
_RANDOM_SEED = 1


@dataclass(frozen=True)
class Inputs:
    """What the images are given; `what` says in words what that is."""

    what: str
    features: tuple[Features, ...]


def own_recordings() -> Inputs:
    """Return the recordings that the project made itself; a file's name starts with its word."""
    features = []
    for path in sorted(own_model().with_name("recordings").glob("*.wav")):
        (one,) = read_features(path)
        features.append(Features(one.name, one.values, one.note, path.stem.split("_")[0]))
    return Inputs(f"{len(features)} recordings of the project", tuple(features))


def random_inputs(model: Model) -> Inputs:
    """Return seeded random inputs over the whole range of the model's input type."""
    tensor = only_input(model)
    generator = np.random.default_rng(_RANDOM_SEED)
    features = []
    for index in range(_RANDOM_COUNT):
        if tensor.type == "INT8" and tensor.quantization is not None:
            raw = generator.integers(-128, 128, tensor.shape, np.int8)
            values = dequantize(raw, tensor.quantization.scale, tensor.quantization.zero_point)
        else:
            values = generator.standard_normal(tensor.shape, np.float32)
        features.append(Features(f"random[{index}]", values))
    return Inputs(f"{_RANDOM_COUNT} random inputs, seed {_RANDOM_SEED}", tuple(features))


def file_inputs(files: Sequence[Path], model: Model) -> Inputs:
    """Return all that is in `files` (.wav, .npy, .npz) as inputs for `model`."""
    shape = only_input(model).shape
    features = [one for file in files for one in read_features(file, shape)]
    names = ", ".join(file.name for file in files)
    return Inputs(f"{len(features)} inputs from {names}", tuple(features))


def only_input(model: Model) -> Tensor:
    """Return the input tensor of a model with one; raise UserError for any other."""
    if len(model.inputs) != 1:
        raise UserError(
            f"the model has {len(model.inputs)} inputs",
            "this command feeds models with one input; use the link from Python for others",
        )
    return model.inputs[0]
