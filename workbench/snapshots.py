"""Snapshots of machines as files, so that a machine on which a test failed can be looked at later.

A file holds a pickle of plain values, dataclasses and enums of the engines, behind a line that says
which sources those are: a machine is what they make of it. It is read by a reader that makes
nothing else, so that a file from elsewhere cannot run code.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from workbench import engines
from workbench.engines.base import Snapshot
from workbench.errors import UserError
from workbench.files import MIB, read_file, write_atomically

_HINT = "give a file that a failed test left"
_MAX_BYTES = 256 * MIB
_MAGIC = b"workbench snapshot "
_OWN = "workbench."
_PLAIN = {("builtins", "frozenset"), ("builtins", "set"), ("builtins", "bytearray")}
_COLLECTIONS = {("collections", "deque"), ("collections", "OrderedDict")}


class _Reader(pickle.Unpickler):
    """Makes containers, and the dataclasses and enums of the workbench."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN | _COLLECTIONS:
            return super().find_class(module, name)
        if module.startswith(_OWN) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
                return found
        raise pickle.UnpicklingError(f"it holds {module}.{name}, which is no part of a machine")


@cache
def _sources() -> bytes:
    """Return a line that differs where the engines do."""
    found = hashlib.sha256()
    for file in sorted(Path(engines.__file__).parent.rglob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest().encode() + b"\n"


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write `snapshot` to `path`, whole or not at all."""
    write_atomically(path, _MAGIC + _sources() + pickle.dumps(snapshot))


def read_snapshot(path: Path) -> Snapshot:
    """Return the snapshot in `path`; raise UserError where it holds none."""
    content = read_file(path, UserError, _HINT, most=_MAX_BYTES)
    if not content.startswith(_MAGIC):
        raise UserError(f"{path} is no snapshot", _HINT)
    sources, newline, pickled = content[len(_MAGIC) :].partition(b"\n")
    if sources + newline != _sources():
        raise UserError(
            f"{path} was left by another version of the workbench", "run the failed test again"
        )
    try:
        snapshot = _Reader(io.BytesIO(pickled)).load()
    except Exception as error:  # a damaged pickle raises whatever it likes
        raise UserError(f"{path} is damaged: {error}", "take the snapshot again") from None
    if not isinstance(snapshot, Snapshot):
        raise UserError(f"{path} holds no snapshot", "take the snapshot again")
    return snapshot
