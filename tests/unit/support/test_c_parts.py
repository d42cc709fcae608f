"""A part in C that is older than its sources is refused before it is called."""

import sys
from types import ModuleType

import pytest

from workbench.errors import UserError
from workbench.support.c_parts import import_c_part
from workbench.support.source_digest import c_sources, source_digest

NAME = "workbench.engines.embedded.tracing._tracer"


def part(**constants):
    """A module as the import system has it once it was imported."""
    module = ModuleType(NAME)
    module.__file__ = "/somewhere/_tracer.abi3.so"
    module.__dict__.update(constants)
    return module


@pytest.mark.parametrize("constants", [{}, {"SOURCE_DIGEST": "0123456789abcdef"}])
def test_a_part_from_other_sources_is_refused_with_what_to_do(monkeypatch, constants):
    monkeypatch.setitem(sys.modules, NAME, part(**constants))
    with pytest.raises(UserError, match=r"_tracer\.abi3\.so was compiled from other C") as caught:
        import_c_part(NAME)
    assert "pip install -e" in caught.value.hint


def test_a_part_from_these_sources_is_taken(monkeypatch):
    current = part(SOURCE_DIGEST=source_digest(NAME))
    monkeypatch.setitem(sys.modules, NAME, current)
    assert import_c_part(NAME) is current


def test_a_part_that_was_not_compiled_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, NAME, None)
    assert import_c_part(NAME) is None


def test_the_sources_are_those_beside_a_part_and_around_it(tmp_path):
    for name in ("a/csrc/x.c", "a/b/csrc/y.h", "a/b/csrc/README", "a/c/csrc/z.c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [path.name for path in c_sources("a.b._part", tmp_path)] == ["y.h", "x.c"]
    before = source_digest("a.b._part", tmp_path)
    (tmp_path / "a/c/csrc/z.c").write_text("int z;")
    assert source_digest("a.b._part", tmp_path) == before
    (tmp_path / "a/csrc/x.c").write_text("int x;")
    assert source_digest("a.b._part", tmp_path) != before
    assert source_digest("elsewhere._part", tmp_path) == ""
