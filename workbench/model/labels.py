"""The names of a classifier's outputs."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ModelError

FILE_NAME = "labels.txt"
_MAX_BYTES = 64 * 1024


def read_labels(model: Path) -> tuple[str, ...]:
    """Labels of the .tflite `model`: `<name>.labels.txt` or `labels.txt` beside it, one a line.

    Empty where there is no such file. Raises ModelError for a file that is not plain text or has
    an empty or repeated label.
    """
    for path in (model.with_name(f"{model.stem}.labels.txt"), model.with_name(FILE_NAME)):
        if path.is_file():
            return _parse(path)
    return ()


def _parse(path: Path) -> tuple[str, ...]:
    try:
        content = path.read_bytes()
        text = content[:_MAX_BYTES].decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: not a readable UTF-8 text file ({error})") from None
    labels = tuple(line.strip() for line in text.splitlines())
    if (
        len(content) > _MAX_BYTES
        or "" in labels
        or not all(label.isprintable() for label in labels)
    ):
        raise ModelError(f"{path}: labels must be one short name a line, without empty lines")
    if len(set(labels)) != len(labels):
        raise ModelError(f"{path}: a label is there twice")
    return labels
