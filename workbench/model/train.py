"""Training of the keyword spotter of the TensorFlow Lite Micro tutorial on MFCC features.

One of the two modules that import TensorFlow (the other is `workbench.model.quantize`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from workbench.model.augment import Augmentation, augment
from workbench.model.confusion import Confusion
from workbench.model.dataset import DataSet, stratified_folds
from workbench.model.mfcc import FEATURE_SHAPE
from workbench.model.quantization import dequantize, quantize
from workbench.model.quantize import import_tensorflow, predict, to_int8

FloatArray = npt.NDArray[np.float32]
Progress = Callable[[str, int, int], None]  # stage, step, steps

FILTERS = 8


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a model is trained; the same recipe gives the same model."""

    words: tuple[str, ...] = ("yes", "no")
    epochs: int = 400
    seed: int = 1
    folds: int = 5
    word_examples: int = 512  # of each word in an epoch, every one augmented anew
    unknown_examples: int = 1536
    batch: int = 64
    learning_rate: float = 6e-3  # AdamW, cosine decay to zero
    weight_decay: float = 1e-4
    label_smoothing: float = 0.05
    augmentation: Augmentation = field(default_factory=Augmentation)


@dataclass(frozen=True)
class Trained:
    """A converted model (the .tflite) and what is known of its accuracy.

    In `cross_validation` each recording is classified by the int8 model of the fold that had not
    seen it.
    """

    model: bytes
    cross_validation: Confusion


def train(data: DataSet, recipe: Recipe, progress: Progress = lambda *_: None) -> Trained:
    """Cross-validate the recipe, then train on all of `data` and convert to int8."""
    random = np.random.default_rng(recipe.seed)
    predicted = np.empty_like(data.classes)
    for fold, (seen, unseen) in enumerate(stratified_folds(data.classes, recipe.folds, random)):
        stage = f"fold {fold + 1} of {recipe.folds}"
        model = _fit_and_convert(data.subset(seen), recipe, recipe.seed + 1 + fold, stage, progress)
        predicted[unseen] = predict(model, data.features[unseen]).argmax(axis=1)
    model = _fit_and_convert(data, recipe, recipe.seed, "final model", progress)
    return Trained(model, Confusion.of(data.labels, data.classes, predicted))


def _fit_and_convert(
    data: DataSet, recipe: Recipe, seed: int, stage: str, progress: Progress
) -> bytes:
    grid = InputGrid.of(data.features)
    network = _fit(data, recipe, seed, grid, lambda n: progress(stage, n, recipe.epochs))
    return to_int8(network, grid.snap(data.features)[..., np.newaxis])


@dataclass(frozen=True)
class InputGrid:
    """The int8 values that the model's input can take; its range is that of the features."""

    scale: float
    zero_point: int

    @classmethod
    def of(cls, features: FloatArray) -> InputGrid:
        """Return asymmetric int8 over the range of `features` and zero, as the converter chooses
        it.
        """
        low, high = min(float(features.min()), 0.0), max(float(features.max()), 0.0)
        scale = (high - low) / 255 or 1.0
        return cls(scale, round(-128 - low / scale))

    def snap(self, features: FloatArray) -> FloatArray:
        """Return the features as the int8 input represents them: quantized and dequantized."""
        quantized = quantize(features, self.scale, self.zero_point)
        return dequantize(quantized, self.scale, self.zero_point)


def _fit(
    data: DataSet, recipe: Recipe, seed: int, grid: InputGrid, progress: Callable[[int], None]
) -> Any:
    """Train on freshly augmented, class-balanced examples in every epoch."""
    tensorflow = import_tensorflow()
    keras = tensorflow.keras
    keras.utils.set_random_seed(seed)
    random = np.random.default_rng(seed)
    mean = data.features.mean(axis=(0, 1))
    deviation = data.features.std(axis=(0, 1)) + np.float32(1e-6)
    network = _training_network(keras, len(data.labels))
    per_class = [recipe.word_examples] * len(recipe.words) + [recipe.unknown_examples]
    batches = sum(per_class) // recipe.batch
    schedule = keras.optimizers.schedules.CosineDecay(recipe.learning_rate, batches * recipe.epochs)
    network.compile(
        optimizer=keras.optimizers.AdamW(schedule, weight_decay=recipe.weight_decay),
        loss=keras.losses.CategoricalCrossentropy(
            from_logits=True, label_smoothing=recipe.label_smoothing
        ),
    )
    targets = np.eye(len(data.labels), dtype=np.float32)
    for epoch in range(recipe.epochs):
        chosen = _balanced(data, per_class, random)[: batches * recipe.batch]
        examples = grid.snap(augment(data.features[chosen], recipe.augmentation, random))
        network.fit(
            ((examples - mean) / deviation)[..., np.newaxis],
            targets[data.classes[chosen]],
            batch_size=recipe.batch,
            shuffle=False,
            verbose=0,
        )
        progress(epoch + 1)
    return _deployed_network(keras, network, mean, deviation)


def _balanced(
    data: DataSet, per_class: list[int], random: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Indices with `per_class[c]` recordings of class c, in random order."""
    chosen = []
    for value, wanted in enumerate(per_class):
        members = random.permutation(np.flatnonzero(data.classes == value))
        chosen.append(np.resize(members, wanted))
    return random.permutation(np.concatenate(chosen))


def _training_network(keras: Any, classes: int) -> Any:
    """The tutorial's layers with a batch normalisation after each convolution.

    Without it 88 recordings of the words do not train these layers to the same accuracy; it is
    folded away in `_deployed_network`.
    """
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((*FEATURE_SHAPE, 1)),
            layers.Conv2D(FILTERS, (4, 10), strides=(2, 4), use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.ReLU(),
            layers.DepthwiseConv2D((3, 3), padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.ReLU(),
            layers.Conv2D(FILTERS, (1, 1), use_bias=False),
            layers.BatchNormalization(momentum=0.95),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(classes),
        ]
    )


def _deployed_network(keras: Any, trained: Any, mean: FloatArray, deviation: FloatArray) -> Any:
    """The tutorial's network, 1,035 parameters for three classes, on features as they are.

    The batch normalisations are folded into the convolutions, and the standardisation of the
    features into the first one (its 'valid' window spans all ten coefficients, so this is exact).
    Input has a fixed batch of 1: a dynamic one makes the converter add SHAPE, STRIDED_SLICE, PACK.
    """
    layers = keras.layers
    keras.backend.clear_session()  # the names below go into the .tflite, numbered if not unique
    network = keras.Sequential(
        [
            keras.Input((*FEATURE_SHAPE, 1), batch_size=1, name="features"),
            layers.Conv2D(FILTERS, (4, 10), strides=(2, 4), activation="relu", name="conv"),
            layers.DepthwiseConv2D((3, 3), padding="same", activation="relu", name="depthwise"),
            layers.Conv2D(FILTERS, (1, 1), activation="relu", name="pointwise"),
            layers.Flatten(name="flatten"),
            layers.Dense(trained.output_shape[-1], activation="softmax", name="scores"),
        ],
        name="keyword_spotter",
    )
    first, depthwise, pointwise = (_fold(trained, layer) for layer in (0, 3, 6))
    kernel = first[0] / deviation[:, np.newaxis, np.newaxis]
    bias = first[1] - np.einsum("hwio,w->o", kernel, mean)
    folded = ((kernel, bias), depthwise, pointwise, trained.layers[-1].get_weights())
    weighted = [layer for layer in network.layers if layer.get_weights()]
    for layer, weights in zip(weighted, folded, strict=True):
        layer.set_weights(list(weights))
    return network


def _fold(trained: Any, index: int) -> tuple[FloatArray, FloatArray]:
    """Kernel and bias of the convolution `index` with the batch normalisation that follows it."""
    convolution, normalisation = trained.layers[index], trained.layers[index + 1]
    gamma, beta, moving_mean, moving_variance = normalisation.get_weights()
    factor = gamma / np.sqrt(moving_variance + normalisation.epsilon)
    (kernel,) = convolution.get_weights()
    # Depthwise kernels are (h, w, channel, 1), the others (h, w, in, out).
    shaped = factor[:, np.newaxis] if kernel.shape[-1] == 1 else factor
    return kernel * shaped, beta - moving_mean * factor
