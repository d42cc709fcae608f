"""From feature files to a model folder: train, judge, and write model, labels, recipe and card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.errors import FeatureError
from workbench.model import labels as label_file
from workbench.model.archive import read_features_file
from workbench.model.card import Card, DataSource, Heard
from workbench.model.confusion import Confusion
from workbench.model.dataset import UNKNOWN, DataSet, join, read_dataset
from workbench.model.inspection import Inspection, inspect_parsed
from workbench.model.mfcc import mfcc
from workbench.model.quantize import import_tensorflow, predict
from workbench.model.reader import parse_model
from workbench.model.recordings import read_wav
from workbench.model.train import Progress, Recipe, train
from workbench.support.files import write_atomically
from workbench.support.serialize import to_json

MODEL_NAME = "model.tflite"
CARD_NAME = "README.md"
RECIPE_NAME = "training.json"
RECORDINGS = "recordings"


CardText = Callable[[Card, Inspection], str]


@dataclass(frozen=True)
class Published:
    """A trained model in its folder, and how well it does."""

    path: Path
    inspection: Inspection
    cross_validation: Confusion
    held_out: Confusion | None
    recordings: tuple[Heard, ...]


def train_and_publish(
    features: Sequence[Path],
    output: Path,
    recipe: Recipe,
    render: CardText,
    *,
    held_out: Path | None = None,
    progress: Progress = lambda *_: None,
) -> Published:
    """Train on `features` (.npz files) and write the model's folder `output`.

    `render` makes the text of the card. `held_out` is a folder <word>/*.wav of recordings that the
    card judges the final model by; so are the files <word>_<anything>.wav in `output`/recordings.
    Files appear when all is done and whole, never half-written. Raises FeatureError for unusable
    data, UserError without TensorFlow.
    """
    sets = [read_dataset(path, recipe.words) for path in features]
    data = join(sets)
    rarest = min(data.counts().values())
    if rarest < recipe.folds:
        raise FeatureError(
            f"a label has only {rarest} recordings, too few for {recipe.folds} folds",
            "give more recordings, or fewer --folds",
        )
    spoken = _read_spoken(output / RECORDINGS)
    unseen = None if held_out is None else _read_held_out(held_out, data.labels)
    trained = train(data, recipe, progress)

    heard = tuple(
        _hear(trained.model, name, said, samples, data.labels) for name, said, samples in spoken
    )
    judged = None if unseen is None else _judge(trained.model, unseen)
    card = Card(
        title=f"Keyword spotter: {', '.join(data.labels)}",
        command=_command(features, recipe, held_out),
        tensorflow=import_tensorflow().__version__,
        sources=tuple(_source(path, one) for path, one in zip(features, sets, strict=True)),
        folds=recipe.folds,
        cross_validation=trained.cross_validation,
        held_out=judged,
        recordings=heard,
    )
    inspection = _write(output, trained.model, data.labels, recipe, card, render)
    return Published(output, inspection, trained.cross_validation, judged, heard)


def _read_held_out(folder: Path, labels: tuple[str, ...]) -> DataSet:
    index = {label: i for i, label in enumerate(labels)}
    paths = sorted(folder.glob("*/*.wav"))
    if not paths:
        raise FeatureError(f"{folder}: no recordings <word>/*.wav in it")
    features = np.stack([mfcc(read_wav(path)) for path in paths])
    classes = [index.get(path.parent.name, index[UNKNOWN]) for path in paths]
    return DataSet(features, np.array(classes, np.int64), labels)


def _read_spoken(folder: Path) -> list[tuple[str, str, np.ndarray]]:
    """Name, word and features of each <word>_<anything>.wav."""
    paths = sorted(folder.glob("*.wav"))
    return [(path.name, path.stem.split("_")[0], mfcc(read_wav(path))) for path in paths]


def _judge(model: bytes, data: DataSet) -> Confusion:
    predicted = predict(model, data.features).argmax(axis=1)
    return Confusion.of(data.labels, data.classes, predicted)


def _source(path: Path, data: DataSet) -> DataSource:
    digest = hashlib.sha256(read_features_file(path)).hexdigest()
    return DataSource(path.name, digest, data.counts())


def _hear(
    model: bytes, name: str, word: str, features: np.ndarray, labels: tuple[str, ...]
) -> Heard:
    scores = predict(model, features[np.newaxis])[0]
    best = int(scores.argmax())
    said = word if word in labels else UNKNOWN
    return Heard(name, said, labels[best], float(scores[best]))


def _command(features: Sequence[Path], recipe: Recipe, held_out: Path | None) -> str:
    """The command line that makes the same model, with file names without their folders."""
    words = ["workbench model train", *(f"--features {path.name}" for path in features)]
    words.append(f"--words {','.join(recipe.words)}")
    words += [f"--epochs {recipe.epochs}", f"--seed {recipe.seed}", f"--folds {recipe.folds}"]
    if held_out is not None:
        words.append(f"--held-out {held_out.name}")
    return " ".join(words)


def _write(
    output: Path,
    model: bytes,
    labels: tuple[str, ...],
    recipe: Recipe,
    card: Card,
    render: CardText,
) -> Inspection:
    """Write the folder's files, each whole or not at all; the model last."""
    inspection = inspect_parsed(parse_model(model, output / MODEL_NAME), model, labels)
    recorded = {
        "tensorflow": card.tensorflow,
        "recipe": recipe,
        "data": card.sources,
        "cross_validation": card.cross_validation,
    }
    files: dict[str, bytes | str] = {
        label_file.FILE_NAME: "".join(f"{label}\n" for label in labels),
        RECIPE_NAME: json.dumps(to_json(recorded), indent=2) + "\n",
        CARD_NAME: render(card, inspection),
        MODEL_NAME: model,
    }
    for name, content in files.items():
        write_atomically(output / name, content)
    return inspection
