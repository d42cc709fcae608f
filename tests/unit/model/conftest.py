"""Models and data that the tests of workbench.model share."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.model.oracle import available
from workbench.support.resources import resource

SHARED = Path(__file__).parents[4] / "shared"


@pytest.fixture(scope="session")
def keyword_spotter() -> Path:
    """The committed model."""
    return resource("firmware") / "models" / "keyword_spotter" / "model.tflite"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of development data beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the development data in {SHARED.name}/ beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def installed() -> None:
    """Skips the test where the host oracle is not installed."""
    if not available():
        pytest.skip("needs the host oracle tflite_micro")
