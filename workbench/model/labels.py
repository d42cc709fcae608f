"""The names of a classifier's outputs."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from workbench.errors import ModelError
from workbench.model.reader import read_model_file
from workbench.support.files import read_file

FILE_NAME = "labels.txt"
_MAX_BYTES = 64 * 1024
_HINT = "write one label in each line, or remove the file"


def read_labels(model: Path) -> tuple[str, ...]:
    """Return the labels of the .tflite `model`, one a line of a text file; empty where there is
    none.

    The file is `<name>.labels.txt` or `labels.txt` beside the model, or one with "label" in its
    name among the associated files that TFLite metadata appends to the model as a zip archive.
    Raises ModelError for a file that is not plain text or has an empty or repeated label.
    """
    for path in (model.with_name(f"{model.stem}.labels.txt"), model.with_name(FILE_NAME)):
        if path.exists():
            return _parse(str(path), read_file(path, ModelError, _HINT, most=_MAX_BYTES))
    return _associated_labels(model)


def _associated_labels(model: Path) -> tuple[str, ...]:
    content = io.BytesIO(read_model_file(model))
    if not zipfile.is_zipfile(content):
        return ()
    try:
        with zipfile.ZipFile(content) as archive:
            for entry in archive.infolist():
                if "label" in entry.filename.lower() and entry.filename.endswith(".txt"):
                    with archive.open(entry) as file:
                        return _parse(f"{model}: {entry.filename}", file.read(_MAX_BYTES + 1))
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"{model}: its associated files are damaged ({error})") from None
    return ()


def _parse(where: str, content: bytes) -> tuple[str, ...]:
    try:
        text = content[:_MAX_BYTES].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(f"{where}: not UTF-8 text ({error})") from None
    labels = tuple(line.strip() for line in text.splitlines())
    if (
        len(content) > _MAX_BYTES
        or "" in labels
        or not all(label.isprintable() for label in labels)
    ):
        raise ModelError(f"{where}: labels must be one short name a line, without empty lines")
    if len(set(labels)) != len(labels):
        raise ModelError(f"{where}: a label is there twice")
    return labels
