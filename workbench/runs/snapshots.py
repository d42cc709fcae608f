"""Snapshots of machines as files, so that a machine on which a test failed can be looked at later.

A file is data: a line with the version of the format; a SHA-256 of all that follows; a seal; the
length of a JSON document (unsigned 32-bit little-endian) and that document; then bytes. The
document says which engine's state it is and what sources the engines had (a machine is what they
make of it), how the bytes are cut, and holds the state as `workbench.engines.state` writes it.
Nothing in a file can name code.

Renode's own file of a machine, which is one of those bytes, names the classes that Renode is to
make objects of. So it is only given to Renode where the seal says that this user's workbench has
written it, or the user says that it can be trusted.
"""

from __future__ import annotations

import hashlib
import hmac
import importlib
import json
import os
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from workbench import engines
from workbench.engines.base import Engine, Snapshot
from workbench.engines.state import StateError, from_json, require_like, to_json
from workbench.errors import UserError, WorkbenchError
from workbench.support import cache_folder
from workbench.support.files import MIB, read_file, read_regular, write_atomically

_HINT = "give a file that a failed test left"
_AGAIN = "take the snapshot again"
_MAGIC = b"workbench snapshot "
_VERSION = b"3\n"
_LENGTH = struct.Struct("<I")
_HASH_BYTES = hashlib.sha256().digest_size
_MAX_BYTES = 1024 * MIB
_MAX_DOCUMENT = 64 * MIB
_KEY_BYTES = 32
_SEALED = "renode"  # the engine whose state is more than data
# The modules that say which classes an engine's state has (`in_snapshots`).
_STATES = {
    "embedded": ("workbench.engines.embedded.engine",),
    "renode": ("workbench.engines.renode.beside", "workbench.engines.embedded.engine"),
}


@cache
def _sources() -> str:
    """Return what differs where the engines do."""
    found = hashlib.sha256()
    for file in sorted(Path(engines.__file__).parent.rglob("*.py")):
        found.update(file.read_bytes())
    return found.hexdigest()


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write `snapshot` to `path`, whole or not at all; raise UserError where it is not data."""
    blobs: list[bytes] = []
    try:
        state = to_json(snapshot.state, blobs)
    except StateError as error:
        raise UserError(f"the machine cannot be written to {path}: {error}") from None
    document = json.dumps(
        {
            "engine": snapshot.engine,
            "sources": _sources(),
            "bytes": [len(blob) for blob in blobs],
            "state": state,
        }
    ).encode()
    body = b"".join((_LENGTH.pack(len(document)), document, *blobs))
    digest = hashlib.sha256(body).digest()
    write_atomically(path, _MAGIC + _VERSION + digest + _seal(digest) + body)


def read_snapshot(path: Path, trusted: bool = False) -> Snapshot:
    """Return the snapshot in `path`; raise UserError where it holds none, or one to be distrusted.

    trusted: the user says that a file from elsewhere may be given to Renode.
    """
    content = read_file(path, UserError, _HINT, most=_MAX_BYTES)
    if not content.startswith(_MAGIC):
        raise UserError(f"{path} is not a snapshot", _HINT)
    version, body = content[len(_MAGIC) :].split(b"\n", 1) if b"\n" in content else (b"", b"")
    if version + b"\n" != _VERSION:
        raise _of_another_version(path)
    digest, seal, body = (
        body[:_HASH_BYTES],
        body[_HASH_BYTES:][:_HASH_BYTES],
        body[2 * _HASH_BYTES :],
    )
    if hashlib.sha256(body).digest() != digest:
        raise UserError(f"{path} is damaged: it is cut off or changed", _AGAIN)
    try:
        snapshot = _decode(body)
    except (StateError, ValueError, KeyError, TypeError, struct.error, RecursionError) as error:
        raise UserError(f"{path} is damaged: {error}", _AGAIN) from None
    if snapshot is None:
        raise _of_another_version(path)
    if snapshot.engine == _SEALED and not trusted and not hmac.compare_digest(seal, _seal(digest)):
        raise UserError(
            f"{path} is from elsewhere, and Renode would make objects of any class it names",
            "take the snapshot on this machine, or give --trust-scripts if you trust the file",
        )
    return snapshot


def restore_snapshot(engine: Engine, snapshot: Snapshot) -> None:
    """Restore what was read from a file in `engine`, which holds the image and platform of it.

    Raises UserError where it is of another machine.
    """
    try:
        if snapshot.engine != _SEALED and snapshot.engine == engine.name:
            require_like(engine.snapshot().state, snapshot.state)
        engine.restore(snapshot)
    except WorkbenchError:
        raise
    except Exception as error:  # what a state makes of a machine that it is not of
        raise UserError(
            f"the snapshot does not fit this machine: {error}",
            "give the ELF and the platform that it was taken on",
        ) from None


@contextmanager
def restored(engine: Engine, snapshot: Snapshot) -> Iterator[None]:
    """As `restore_snapshot`; within, what its values make of the machine is reported as its fault.

    A file may hold a number that no register ever has, which only shows when the machine runs.
    """
    restore_snapshot(engine, snapshot)
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        what = f"{type(error).__name__}: {error}"
        raise UserError(f"the machine of the snapshot cannot go on: {what}", _AGAIN) from error


def _decode(body: bytes) -> Snapshot | None:
    """Return the snapshot in `body`, None where other sources have written it."""
    (size,) = _LENGTH.unpack_from(body)
    if size > _MAX_DOCUMENT:
        raise StateError("its document is too large")
    document: Any = json.loads(body[_LENGTH.size :][:size])
    if document["sources"] != _sources():
        return None
    position, blobs = _LENGTH.size + size, []
    for length in document["bytes"]:
        if type(length) is not int or not 0 <= length <= len(body) - position:
            raise StateError("bytes are missing")
        blobs.append(body[position : position + length])
        position += length
    engine = document["engine"]
    if position != len(body):
        raise StateError("it holds more than a snapshot")
    if engine not in _STATES:
        raise StateError(f"{engine!r} is not an engine")
    for module in _STATES[engine]:
        importlib.import_module(module)
    return Snapshot(engine, from_json(document["state"], blobs))


def _of_another_version(path: Path) -> UserError:
    return UserError(
        f"{path} was left by another version of the workbench", "run the failed test again"
    )


def _seal(digest: bytes) -> bytes:
    """Return what only this user's workbench can make of `digest`."""
    return hmac.digest(_key(), digest, "sha256")


@cache
def _key() -> bytes:
    """Return this user's key; one for this process only where none can be kept."""
    path = cache_folder.root() / "snapshots.key"
    new = secrets.token_bytes(_KEY_BYTES)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "wb") as stream:
            stream.write(new)
    except FileExistsError:
        try:
            kept = read_regular(path, _KEY_BYTES)
        except OSError:
            return new
        return kept if len(kept) == _KEY_BYTES else new
    except OSError:
        pass
    return new
