"""Where the workbench keeps what it can make again."""

from __future__ import annotations

import os
from pathlib import Path


def root() -> Path:
    """Return the cache folder: $WORKBENCH_CACHE, else the platform's place for caches."""
    own = os.environ.get("WORKBENCH_CACHE")
    if own:
        return Path(own).resolve()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base).resolve() / "tinyml-workbench"
