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


class CachedDocument:
    """One JSON document in the cache. A cache folder that cannot be used is not an error."""

    def __init__(self, kind: str, *, files: Iterable[Path | str], also: str = "") -> None:
        """kind: subfolder of the cache. The key is the hash of `files` and `also`; include the
        source files that compute the document.
        """
        found = hashlib.sha256(also.encode())
        try:
            for file in files:
                found.update(hashlib.sha256(Path(file).read_bytes()).digest())
        except OSError:
            self._path = None
        else:
            self._path = root() / kind / f"{found.hexdigest()}.json"

    def read(self) -> Any:
        """Return the document, or None if it does not exist; it may be damaged."""
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
