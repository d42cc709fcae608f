"""--custom-op: what it takes, workbench.toml's table, and what the digest holds."""

from pathlib import Path

import pytest

from tests import needs
from workbench.builder.custom_ops import read_custom_ops, with_digest
from workbench.errors import BuildError, UserError


@pytest.fixture
def source(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "shared.h").write_text("#define FACTOR 2\n")
    source = tmp_path / "wave let.cc"
    source.write_text('#include "own/shared.h"\nint factor = FACTOR;\n')
    return source


def test_the_function_is_called_after_the_operator_unless_it_is_named(source):
    first, second = read_custom_ops([f"Wavelet={source}", f"Other={source}:own::MakeOther"])
    assert (first.name, first.source, first.register) == ("Wavelet", source, "Register_Wavelet")
    assert second.register == "own::MakeOther"


@pytest.mark.parametrize("text", ["Wavelet", "=a.cc", "Wavelet=", 'W"=a.cc', "W=a.cc:1()", "W=no"])
def test_what_does_not_hold_together_is_refused(text, source, monkeypatch):
    monkeypatch.chdir(source.parent)
    (source.parent / "a.cc").touch()
    with pytest.raises(UserError) as caught:
        read_custom_ops([text])
    assert "NAME=FILE.cc" in caught.value.hint


def test_a_table_of_settings_names_them_from_its_own_folder(source, monkeypatch):
    monkeypatch.chdir(source.parent)
    Path("workbench.toml").write_text('[custom-op]\nWavelet = "wave let.cc:own::Make"\n')
    (found,) = read_custom_ops([])
    assert (found.name, found.source, found.register) == ("Wavelet", source, "own::Make")
    (found,) = read_custom_ops([f"Wavelet={source}"])
    assert found.register == "Register_Wavelet"


def digest(source, *include):
    (custom,) = read_custom_ops([f"W={source}"])
    compiler = Path(needs.program("arm-none-eabi-g++"))
    return with_digest(custom, compiler, include).digest


def test_the_digest_follows_the_headers_that_are_included(source):
    before = digest(source)
    (source.parent / "own" / "unused.h").write_text("#define UNUSED\n")
    assert digest(source) == before
    (source.parent / "own" / "shared.h").write_text("#define FACTOR 3\n")
    assert digest(source) != before


def test_the_runtimes_headers_are_not_the_users(source, tmp_path):
    before = digest(source, tmp_path / "own")
    (source.parent / "own" / "shared.h").write_text("#define FACTOR 3\n")
    assert digest(source, tmp_path / "own") == before


def test_a_source_that_does_not_preprocess_is_told_of_with_the_line(source):
    source.write_text('#include "absent.h"\n')
    with pytest.raises(BuildError, match=r"wave let\.cc:1:10: .*absent\.h"):
        digest(source)
