"""Temporary folders of failed workers are kept on purpose: keep them inside the test's own."""

import tempfile

import pytest


@pytest.fixture(autouse=True)
def _temporary_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
