"""What is kept for the next process is an extra: without it, or with rubbish in it, all goes on."""

from pathlib import Path

import pytest

from workbench.profile.operators import EmbeddedOperator, _read
from workbench.support.cached_document import CachedDocument


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "source"
    path.write_text("one")
    return path


def test_what_was_written_is_read_by_the_next(source: Path) -> None:
    assert CachedDocument("things", files=[source]).read() is None
    CachedDocument("things", files=[source]).write({"a": [1, None]})
    assert CachedDocument("things", files=[source]).read() == {"a": [1, None]}


def test_another_source_or_kind_or_version_is_another_document(source: Path) -> None:
    CachedDocument("things", files=[source], also="1").write([1])
    assert CachedDocument("things", files=[source], also="2").read() is None
    assert CachedDocument("others", files=[source], also="1").read() is None
    source.write_text("two")
    assert CachedDocument("things", files=[source], also="1").read() is None


@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[" * 100_000])
def test_a_damaged_document_is_none(source: Path, tmp_path: Path, content: bytes) -> None:
    cached = CachedDocument("things", files=[source])
    cached.write([])
    (file,) = (tmp_path / "cache" / "things").iterdir()
    file.write_bytes(content)
    assert cached.read() is None


def test_a_source_that_is_gone_keeps_nothing(source: Path, tmp_path: Path) -> None:
    cached = CachedDocument("things", files=[tmp_path / "gone"])
    cached.write([1])
    assert cached.read() is None


@pytest.mark.parametrize("document", [None, 3, {"a": 1}, [1], [[1, 2]], [["x", "ADD", [1], 2]]])
def test_operators_are_not_read_from_something_else(document: object) -> None:
    assert _read(document) is None


def test_operators_are_read_as_they_were_kept() -> None:
    assert _read([[0, "ADD", [1, 2], 3]]) == (EmbeddedOperator(0, "ADD", (1, 2), 3),)
