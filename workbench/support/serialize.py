"""The values of the workbench as JSON: one conversion for the CLI, the report and the tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import Any

NOT_IN_JSON = {"json": False}
"""Metadata of a field that the document does not have: it says again what others say."""


def to_json(value: Any) -> Any:
    """Return `value` in terms of dict, list, str, int, float, bool and None.

    Dataclasses become objects with their fields in order, but for those with the metadata
    NOT_IN_JSON, enums their value, bytes hexadecimal,
    paths and unknown objects strings, numpy scalars and arrays numbers and lists. Floats that
    JSON cannot express (NaN, infinities) become None.
    """
    if value is None or (isinstance(value, (bool, int, str)) and not isinstance(value, Enum)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else None
    if isinstance(value, Enum):
        return to_json(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        shown = (field for field in fields(value) if NOT_IN_JSON.items() - field.metadata.items())
        return {field.name: to_json(getattr(value, field.name)) for field in shown}
    if isinstance(value, Mapping):
        return {str(to_json(key)): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(to_json(item) for item in value)
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, PurePath):
        return str(value)
    if hasattr(value, "tolist"):  # a numpy scalar or array, without importing numpy
        return to_json(value.tolist())
    return str(value)
