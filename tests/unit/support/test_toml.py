"""TOML files of users: valid and shallow, or refused."""

from pathlib import Path
from typing import Any

import pytest

from workbench.errors import PlatformError
from workbench.support.toml import MAX_DEPTH, read_toml


def read(path: Path, content: str) -> dict[str, Any]:
    path.write_text(content)
    return read_toml(path, PlatformError, "check the path")


def test_brackets_in_texts_and_comments_do_not_nest(tmp_path):
    text = "[" * 100
    content = f"""
a = "{text}\\" {text}"  # {text}
b = '{text}'
c = '''
{text}''''
d = {{ e = [1] }}
"""
    assert read(tmp_path / "a.toml", content)["d"] == {"e": [1]}


@pytest.mark.parametrize(
    "content",
    [
        "{a=".join(["a="] + [""] * 3000),
        "a = " + "[" * 3000,
        "a." * 3000 + "b = 1",
        "[" + ".".join("a" * (MAX_DEPTH + 2)) + "]",
    ],
    ids=["tables", "lists", "dotted keys", "header"],
)
def test_what_is_nested_too_deep_is_refused(tmp_path, content):
    with pytest.raises(PlatformError, match="nested deeper than 16 levels"):
        read(tmp_path / "deep.toml", content)


@pytest.mark.parametrize(
    "content", ["a = ", "a = " + "1" * 5000, "a = [9223372036854775808]", "a = 0x" + "f" * 5000]
)
def test_what_is_not_toml_is_refused(tmp_path, content):
    with pytest.raises(PlatformError, match="is not valid TOML"):
        read(tmp_path / "a.toml", content)
