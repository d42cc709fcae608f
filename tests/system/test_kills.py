"""A caller that is killed at any moment loses nothing and leaves nothing, on both engines.

Few here; `python -m tests.system.kills --engine ENGINE --kills 200` is the whole of it.
"""

from __future__ import annotations

import os
import shutil

import pytest

from tests import needs
from tests.system.kills import Killer


@pytest.mark.parametrize("seed", [1, 2])
def test_on_the_embedded_engine(seed, tmp_path, firmware_image):
    firmware_image()  # skips where there is no compiler
    findings = Killer(tmp_path, "embedded", seed).kill(4)
    assert findings.left == []


@pytest.mark.renode
def test_on_a_copy_of_renode(tmp_path, firmware_image, monkeypatch):
    needs.renode()
    firmware_image()
    installed = os.environ.get("PYRENODE_BUILD_DIR")
    if not installed:
        pytest.skip("needs a Renode that is a folder: PYRENODE_BUILD_DIR")
    copy = tmp_path / "renode"
    shutil.copytree(installed, copy, symlinks=True)
    monkeypatch.setenv("PYRENODE_BUILD_DIR", str(copy))
    findings = Killer(tmp_path, "renode", 1, copy).kill(4)
    assert findings.left == []
