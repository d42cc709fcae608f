"""The state of a machine as plain data, so that a snapshot in a file can hold it and nothing else.

Numbers, text, bytes and containers of them are written as they are. A class is written only where
it says so with `in_snapshots`, under the name it gives there: a file can name that and no class,
module or function.
"""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

_Class = TypeVar("_Class", bound=type)

_CLASSES: dict[str, type] = {}
_NAMES: dict[type, str] = {}

MOST_BITS = 512
"""Bits of the largest number of a machine: one for each exception (ARMv7-M B1.5.2)."""
_DEEPEST = 32  # containers in each other; those of the engines are 6 deep


class StateError(ValueError):
    """What is to be written is not data, or what was read is not a state."""


def in_snapshots(name: str) -> Callable[[_Class], _Class]:
    """Let a dataclass, all fields of which are data, be written as `name`."""

    def register(kind: _Class) -> _Class:
        if not dataclasses.is_dataclass(kind) or name in _CLASSES:
            raise TypeError(f"{kind} is not a dataclass, or {name!r} is taken")
        _CLASSES[name] = kind
        _NAMES[kind] = name
        return kind

    return register


def to_json(value: Any, blobs: list[bytes]) -> Any:
    """Return `value` in terms that JSON has; bytes are put into `blobs` instead."""
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int and value.bit_length() <= MOST_BITS:
        return value
    if kind is float and math.isfinite(value):
        return value
    if kind in (bytes, bytearray):
        blobs.append(bytes(value))
        return {kind.__name__: len(blobs) - 1}
    if kind is list:
        return [to_json(item, blobs) for item in value]
    if kind in (tuple, deque):
        return {kind.__name__: [to_json(item, blobs) for item in value]}
    if kind in (set, frozenset):
        return {kind.__name__: [to_json(item, blobs) for item in sorted(value)]}
    if kind is dict:
        pairs = [[to_json(key, blobs), to_json(item, blobs)] for key, item in value.items()]
        return {"dict": pairs}
    if kind in _NAMES:
        fields = {f.name: to_json(getattr(value, f.name), blobs) for f in dataclasses.fields(kind)}
        return {_NAMES[kind]: fields}
    raise StateError(f"{value!r} of {kind.__name__} is not data")


def from_json(document: Any, blobs: Sequence[bytes], depth: int = 0) -> Any:
    """Return what `to_json` has written; raise StateError where it cannot have."""
    if depth > _DEEPEST:
        raise StateError("it is nested too deeply")
    if document is None or isinstance(document, bool | str):
        return document
    if isinstance(document, int | float):
        return _number(document)
    if isinstance(document, list):
        return [from_json(item, blobs, depth + 1) for item in document]
    if not isinstance(document, dict) or len(document) != 1:
        raise StateError(f"{document!r} stands for nothing")
    ((name, content),) = document.items()
    if name in ("bytes", "bytearray"):
        if type(content) is not int or not 0 <= content < len(blobs):
            raise StateError(f"there are no bytes number {content!r}")
        return blobs[content] if name == "bytes" else bytearray(blobs[content])
    if name in _CLASSES:
        return _instance(_CLASSES[name], content, blobs, depth)
    if name in _CONTAINERS and isinstance(content, list):
        return _container(name, [from_json(item, blobs, depth + 1) for item in content])
    raise StateError(f"it holds a {name}, which is not a part of a machine")


_CONTAINERS: Mapping[str, Callable[[Any], Any]] = {
    "tuple": tuple,
    "deque": deque,
    "set": set,
    "frozenset": frozenset,
    "dict": dict,
}


def _container(name: str, items: list[Any]) -> Any:
    if name == "dict" and not all(isinstance(pair, list) and len(pair) == 2 for pair in items):
        raise StateError("what is in a dict is not pairs")
    try:
        return _CONTAINERS[name](items)
    except TypeError as error:  # a list in a set, or as a key
        raise StateError(str(error)) from None


def _number(number: float) -> float:
    if isinstance(number, int) and number.bit_length() > MOST_BITS:
        raise StateError(f"a number of {number.bit_length()} bits")
    if isinstance(number, float) and not math.isfinite(number):
        raise StateError(f"{number} is not a number")
    return number


def _instance(kind: type, content: Any, blobs: Sequence[bytes], depth: int) -> Any:
    names = [field.name for field in dataclasses.fields(kind)]
    if not isinstance(content, dict) or sorted(content) != sorted(names):
        raise StateError(f"these are not the fields of {kind.__name__}")
    return kind(**{name: from_json(content[name], blobs, depth + 1) for name in names})


def require_like(own: Any, given: Any, where: str = "state") -> None:
    """Raise StateError unless `given` is built as `own` is: the same names and kinds of value.

    Numbers and containers of numbers may hold other ones, and more or fewer.
    """
    if _kind(own) != _kind(given):
        raise StateError(f"{where} is a {_kind(given)}, not a {_kind(own)}")
    if isinstance(own, dict):
        names = _names(own)
        if names != _names(given):
            odd = ", ".join(sorted(names ^ _names(given))[:3])
            raise StateError(f"{where} has other names: {odd}")
        for name in names:
            _require_like_attribute(own[name], given[name], f"{where}.{name}")
    elif isinstance(own, list | tuple) and len(own) == len(given):
        for number, (mine, theirs) in enumerate(zip(own, given, strict=True)):
            require_like(mine, theirs, f"{where}[{number}]")
    elif dataclasses.is_dataclass(own):
        for field in dataclasses.fields(own):
            name = field.name
            _require_like_attribute(getattr(own, name), getattr(given, name), f"{where}.{name}")


def _require_like_attribute(own: Any, given: Any, where: str) -> None:
    """As `require_like`; what has a value at reset always has one."""
    if own is not None and given is None:
        raise StateError(f"{where} has no value")
    require_like(own, given, where)


def _names(values: Mapping[Any, Any]) -> set[str]:
    return {key for key in values if isinstance(key, str)}


def _kind(value: Any) -> str:
    """What `value` may be exchanged for: one that is optional is a number or None."""
    if value is None or isinstance(value, int):
        return "number"
    return "dataclass " + _NAMES[type(value)] if type(value) in _NAMES else type(value).__name__
