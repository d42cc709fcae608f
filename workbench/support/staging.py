"""Folders that are filled beside their place and moved there whole, by one process at a time.

A process that is killed meanwhile leaves what it has filled under a hidden name. The next one that
fills a folder beside it removes that: it holds the lock then, so nobody fills it any more.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.support.own_folder import OwnFolder

try:
    import fcntl
except ImportError:  # Windows: what a killed process leaves stays there
    fcntl = None  # type: ignore[assignment]

_NAME = re.compile(r"\..+\.[0-9a-f]{16}")  # of `OwnFolder.make` in `staged`


@contextmanager
def staged(place: Path) -> Iterator[OwnFolder]:
    """Hold the lock of the folder that `place` lies in, and make a hidden folder there, to be
    filled and renamed to `place`; remove it where it was not.

    Waits for another process that has the lock: `place` may be there then. Raises OSError where the
    folder that `place` lies in cannot be written.
    """
    with _lock(place.parent) as is_held:
        if is_held:
            _remove_abandoned(place.parent)
        folder = OwnFolder.make(place.parent, f".{place.name}.")
        try:
            yield folder
        finally:
            folder.remove()


@contextmanager
def _lock(folder: Path) -> Iterator[bool]:
    """Hold the lock of `folder`, which no file remains of; False where it cannot be locked."""
    if fcntl is None:
        yield False
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield _is_locked(descriptor)
    finally:
        os.close(descriptor)  # the lock goes with it, and with a process that is killed


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:  # a file system without locks
        return False
    return True


def _remove_abandoned(parent: Path) -> None:
    """Remove the hidden folders in `parent` whose makers are gone."""
    for path in parent.iterdir():
        if _NAME.fullmatch(path.name):
            found = OwnFolder.at(path)
            if found is not None and not found.is_made_by_a_living_process():
                found.remove()
