"""The per-user cache: build trees that several plans share, and finished images by plan hash."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from workbench.builder.plan import BuildPlan
from workbench.errors import UserError
from workbench.support.cache_folder import root
from workbench.support.files import write_atomically

try:
    import fcntl
except ImportError:  # Windows: concurrent builds are then the user's own care
    fcntl = None  # type: ignore[assignment]

ELF = "firmware.elf"
_RECORD = "build.json"


def tree(plan: BuildPlan) -> Path:
    """Return the folder of the CMake build tree that `plan` is built in."""
    return root() / "trees" / f"{plan.board}-{plan.kernels}-{plan.configuration_hash}"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a build tree, waiting for another process that has it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _lock_file(folder.with_name(folder.name + ".lock")) as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)  # freed when the file is closed, however we end
        yield


def _lock_file(path: Path) -> IO[bytes]:
    """Open the file of a lock, which stays empty; a link in its place is not followed."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise UserError(
            f"{path}: is a link, and the lock of a build is a file", "look at it, and remove it"
        ) from None
    return os.fdopen(descriptor, "rb+")


def lookup(plan: BuildPlan) -> Path | None:
    """Return the finished image of `plan`, or None where there is none or it is damaged."""
    folder = _image_folder(plan)
    try:
        record = json.loads((folder / _RECORD).read_text())
        content = (folder / ELF).read_bytes()
    except (OSError, ValueError):
        return None
    intact = record.get("sha256") == hashlib.sha256(content).hexdigest()
    return folder / ELF if intact else None


def publish(plan: BuildPlan, elf: Path) -> Path:
    """Put a finished image into the cache and return its path there.

    The record comes last and holds the image's hash: `lookup` finds both as they are here, or none.
    """
    folder = _image_folder(plan)
    content = elf.read_bytes()
    record = {"name": plan.name, "sha256": hashlib.sha256(content).hexdigest()}
    write_atomically(folder / ELF, content)
    write_atomically(folder / _RECORD, json.dumps(record))
    return folder / ELF


def export(elf: Path, target: Path) -> None:
    """Copy an image to the user's folder; `target` never exists half-written."""
    write_atomically(target, elf.read_bytes())


def _image_folder(plan: BuildPlan) -> Path:
    return root() / "images" / plan.hash
