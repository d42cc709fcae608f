import pytest

from tests.unit.builder.plans import TOOLCHAIN
from workbench.builder import plan


@pytest.fixture(autouse=True)
def toolchain(monkeypatch):
    """Plans are made without looking for a compiler."""
    monkeypatch.setattr(plan, "find_toolchain", lambda: TOOLCHAIN)
