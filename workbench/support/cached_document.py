"""Results that take long to make again, kept in the cache folder for the next process."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from workbench.support.cache_folder import root
from workbench.support.files import write_atomically


class Kept:
    """One JSON document. A cache folder that cannot be read or written is no error."""

    def __init__(self, kind: str, *, files: Iterable[Path | str], also: str = "") -> None:
        """kind: the folder. files, also: all that decides on the content, sources included."""
        found = hashlib.sha256(also.encode())
        try:
            for file in files:
                found.update(hashlib.sha256(Path(file).read_bytes()).digest())
        except OSError:
            self._path = None
        else:
            self._path = root() / kind / f"{found.hexdigest()}.json"

    def read(self) -> Any:
        """Return the document, None where there is none; it may be damaged or something else."""
        if self._path is None:
            return None
        try:
            return json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None

    def write(self, document: Any) -> None:
        if self._path is not None:
            with contextlib.suppress(OSError):
                write_atomically(self._path, json.dumps(document))
