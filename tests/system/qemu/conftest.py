"""What the QEMU tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from .qemu import build_plugin, why_unavailable


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The counting plugin, or a skip with what is missing."""
    missing = why_unavailable()
    if missing is not None:
        pytest.skip(missing)
    return build_plugin(tmp_path_factory.mktemp("qemu_plugin"))
